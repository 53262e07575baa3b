#include "controller/deployment/deployment_store.h"

#include "controller/deployment/deployment_workload.h"
#include "kubeclient/api/decode.h"

namespace windlass {

DeploymentStore::DeploymentStore(Informers& informers)
    : WorkloadStoreOf(informers,
                      {"deployments", informers.All(resources::kDeployments), &DecodeDeployment,
                       ReplyFolding<Deployment>{.removes = true}},
                      &deployment::AsWorkload) {}

}  // namespace windlass
