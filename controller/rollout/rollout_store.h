// The cached Rollouts as workloads. This is all that the caches of workloads need to know of
// Rollouts.
#pragma once

#include "controller/api/rollout.h"
#include "controller/rollout/rollout_workload.h"
#include "controller/workload/watch/workload_store.h"

namespace windlass {

class RolloutStore final : public WorkloadStoreOf<Rollout> {
 public:
  explicit RolloutStore(Informers& informers);

  // The kind that every workload of this store refers to.
  rollout::RolloutKind& kind() { return kind_; }

 private:
  rollout::RolloutKind kind_;
};

}  // namespace windlass
