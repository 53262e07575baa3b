// The cached Deployments, as workloads: all that the caches of workloads need to know of the kind.
#pragma once

#include "controller/deployment/deployment_workload.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/deployment.h"

namespace windlass {

class DeploymentStore final : public WorkloadStoreOf<Deployment> {
 public:
  explicit DeploymentStore(Informers& informers);

  // The kind that every workload of this store refers to.
  deployment::DeploymentKind& kind() { return kind_; }

 private:
  deployment::DeploymentKind kind_;
};

}  // namespace windlass
