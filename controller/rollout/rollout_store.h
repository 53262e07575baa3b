// The cached Rollouts, as workloads: all that the caches of workloads need to know of the kind.
#pragma once

#include "controller/rollout/rollout_workload.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/rollout.h"

namespace windlass {

class RolloutStore final : public WorkloadStoreOf<Rollout> {
 public:
  explicit RolloutStore(Informers& informers);

  // The policies of every workload that this store makes.
  rollout::RolloutKind& kind() { return kind_; }

 private:
  rollout::RolloutKind kind_;
};

}  // namespace windlass
