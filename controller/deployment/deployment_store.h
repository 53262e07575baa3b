// The cached Deployments, as workloads: all that the caches of workloads need to know of the kind.
#pragma once

#include "controller/deployment/deployment_workload.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/decode.h"

namespace windlass {

class DeploymentStore final : public WorkloadStoreOf<Deployment> {
 public:
  explicit DeploymentStore(Informers& informers)
      : WorkloadStoreOf(informers,
                        {"deployments", informers.All(resources::kDeployments), &DecodeDeployment,
                         ReplyFolding<Deployment>{}},
                        &deployment::AsWorkload) {}
};

}  // namespace windlass
