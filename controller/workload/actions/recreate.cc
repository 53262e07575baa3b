#include "controller/workload/actions/recreate.h"

#include "controller/workload/actions/create.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/decisions.h"
#include "controller/workload/sizes/room_to_grow.h"

namespace windlass::workload {

RecreateStep NextRecreate(const Situation& situation) {
  const ReplicaSet* new_replica_set = situation.new_replica_set;
  if (new_replica_set != nullptr) {  // writes revision and annotations, not yet the size
    if (auto step = UpdateNewReplicaSet(situation, new_replica_set->replicas))
      return {.step = step};
  }
  for (const ReplicaSet* rs : situation.old) {
    if (rs->replicas == 0) continue;
    if (new_replica_set == nullptr) {
      if (auto step = RefuseImpossible(situation)) return {.step = *step};
    }
    return {.step = Resize(situation, *rs, 0, decisions::kScaleDownOldReplicaSet)};
  }
  const int32_t size = situation.limits.desired;  // without surge (D-330)
  if (new_replica_set != nullptr && new_replica_set->replicas == size) return {};

  const Growth growth = GrowthOf(situation, new_replica_set, size);
  if (growth.ask) return {.step = growth.ask};
  if (!growth.whole) return {.then = growth.then};
  if (new_replica_set == nullptr) return {.step = CreateNewReplicaSet(situation)};
  return {.step = UpdateNewReplicaSet(situation, size)};
}

}  // namespace windlass::workload
