#include "controller/deployment/deployment_store.h"

#include "kubeclient/api/decode.h"

namespace windlass {

DeploymentStore::DeploymentStore(Informers& informers)
    : WorkloadStoreOf(
          informers,
          {"deployments", informers.All(resources::kDeployments), &DecodeDeployment,
           ReplyFolding<Deployment>{.removes = true}},
          [this](const Deployment& object) { return deployment::AsWorkload(kind_, object); }) {}

}  // namespace windlass
