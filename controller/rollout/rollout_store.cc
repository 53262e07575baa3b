#include "controller/rollout/rollout_store.h"

#include "controller/api/custom_resources.h"
#include "kubeclient/api/decode.h"

namespace windlass {

RolloutStore::RolloutStore(Informers& informers)
    : WorkloadStoreOf(
          informers,
          {"rollouts", informers.All(resources::kRollouts), &DecodeRollout,
           ReplyFolding<Rollout>{.removes = true}},
          [this](const Rollout& object) { return rollout::AsWorkload(kind_, object); }) {}

}  // namespace windlass
