// The cached Rollouts, as workloads: all that the caches of workloads need to know of the kind.
#pragma once

#include "controller/rollout/rollout_workload.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/decode.h"

namespace windlass {

class RolloutStore final : public WorkloadStoreOf<Rollout> {
 public:
  explicit RolloutStore(Informers& informers)
      : WorkloadStoreOf(
            informers,
            {"rollouts", informers.All(resources::kRollouts), &DecodeRollout,
             ReplyFolding<Rollout>{}},
            [this](const Rollout& object) { return rollout::AsWorkload(kind_, object); }) {}

  // The policies of every workload that this store makes.
  rollout::RolloutKind& kind() { return kind_; }

 private:
  rollout::RolloutKind kind_;
};

}  // namespace windlass
