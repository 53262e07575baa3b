#include "controller/workload/sizes/spared_pods.h"

#include <optional>
#include <string>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/replica_set_size.h"

namespace windlass::workload {
namespace {

std::string NoteFor(int64_t generation, const Situation& situation) {
  return std::to_string(generation) + "/" + std::to_string(situation.limits.desired);
}

// Returns true if the new ReplicaSet has a size above 0 and no available Pod.
bool NoneAvailable(const Situation& situation) {
  if (situation.new_replica_set == nullptr) return false;
  const ReplicaSetSize size = SizeOf(*situation.new_replica_set);
  return size.replicas > 0 && size.available == 0;
}

bool IsNoted(const Situation& situation) {
  if (!NoneAvailable(situation)) return false;
  const ObjectMeta& meta = situation.new_replica_set->meta;
  return meta.annotations.Find(kScaledDown) == NoteFor(meta.generation, situation);
}

}  // namespace

bool IsScaledDownBroken(const Situation& situation) {
  if (!NoneAvailable(situation) || situation.limits.max_unavailable == 0) return false;
  const std::optional<int32_t> before = DesiredReplicas(*situation.new_replica_set);
  return before && *before > situation.limits.desired;
}

void NoteScaledDown(const Situation& situation, int32_t replicas, bool is_scaled_down,
                    ReplicaSetChange& change) {
  const ReplicaSet& rs = *situation.new_replica_set;
  const bool counts = replicas != rs.replicas || change.min_ready_seconds;
  if (!is_scaled_down && !(counts && IsNoted(situation))) return;
  change.annotations[std::string(kScaledDown)] =
      NoteFor(rs.meta.generation + (counts ? 1 : 0), situation);
}

Fenceposts LimitsForOld(const Situation& situation) {
  Fenceposts limits = situation.limits;
  if (IsNoted(situation)) limits.max_unavailable = 0;
  return limits;
}

}  // namespace windlass::workload
