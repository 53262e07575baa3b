#include "controller/workload/actions/rolling_update.h"

#include <algorithm>
#include <vector>

#include "controller/workload/actions/create.h"
#include "controller/workload/actions/scale.h"
#include "controller/workload/decisions.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/proven.h"
#include "controller/workload/rolling_sizes.h"
#include "controller/workload/sizes/room_to_grow.h"
#include "controller/workload/sizes/spared_pods.h"

namespace windlass::workload {
namespace {

// If a new ReplicaSet can grow by at least this many Pods, it grows at once, and does not wait
// until old ReplicaSets have shrunk. The wait would cost more time than one more write. The result
// is at least 10. Example: surge 25, unavailable 25: 25 Pods.
int32_t LargeStep(const Fenceposts& limits) {
  return std::max({limits.surge, limits.max_unavailable, 10});
}

// Returns true if the ReplicaSet controller has still to make Pods of `rs`, another ReplicaSet has
// a size above 0, and the status of `rs` shows no failure.
bool MakesPods(const Situation& situation, const ReplicaSet& rs) {
  const bool rolls = TotalReplicas(situation.all) > rs.replicas;
  return rolls && rs.status.replicas < rs.replicas && FailureOf(rs) == nullptr;
}

// Returns the old ReplicaSets in the order in which their Pods are removed: the oldest first. While
// steps or a partition are in force, the ReplicaSet of the stable revision comes last (RO-087),
// because its Pods work. Example: 5 Pods of stable revision 1, and 5 of revision 2, which failed;
// the first Pod of revision 3 replaces one of revision 2.
std::vector<const ReplicaSet*> InOrderOfRemoval(const Situation& situation) {
  std::vector<const ReplicaSet*> old = situation.old;
  const ReplicaSet* last = FindStableOrLargest(situation);
  if (last == nullptr || !situation.limits.holds_back()) return old;
  std::stable_partition(old.begin(), old.end(), [&](const auto* rs) { return rs != last; });
  return old;
}

}  // namespace

std::optional<Step> NextRollingUpdate(const Situation& situation) {
  if (situation.new_replica_set == nullptr) return CreateNewReplicaSet(situation);

  const ReplicaSetSize new_replica_set = SureSizeOf(*situation.new_replica_set);
  const std::vector<const ReplicaSet*> replica_sets = InOrderOfRemoval(situation);
  const std::vector<ReplicaSetSize> old = SureSizesOf(replica_sets);
  const std::optional<size_t> keeper = PositionOfKeeper(situation, replica_sets);
  const int32_t wanted = NewReplicaSetSize(new_replica_set, old, situation.limits, keeper);
  const Growth growth = GrowthOf(situation, situation.new_replica_set, wanted);
  const std::vector<int32_t> sizes =
      OldReplicaSetSizes(old, new_replica_set, LimitsForOld(situation), keeper);

  size_t shrinks = 0;  // position of the first old ReplicaSet that shrinks
  while (shrinks < sizes.size() && sizes[shrinks] == old[shrinks].replicas) ++shrinks;

  // A new ReplicaSet with Pods waits until the Pods of its last size are made. It also waits while
  // an old ReplicaSet shrinks, because afterwards one write can give it more Pods. Exception: the
  // new one can grow by LargeStep.
  const bool little = growth.size - new_replica_set.replicas < LargeStep(situation.limits);
  const bool more_comes = shrinks < sizes.size() && little;
  const bool later = new_replica_set.replicas > 0 &&
                     (more_comes || MakesPods(situation, *situation.new_replica_set));
  const int32_t size = later ? std::min(growth.size, new_replica_set.replicas) : growth.size;
  if (auto step = UpdateNewReplicaSet(situation, size)) return step;
  if (shrinks < sizes.size()) {
    return Resize(situation, *replica_sets[shrinks], sizes[shrinks],
                  decisions::kScaleDownOldReplicaSet);
  }
  if (keeper) {
    const ReplicaSet& rs = *replica_sets[*keeper];
    const int32_t due = KeeperSize(new_replica_set, old, situation.limits, *keeper);
    const bool waits = rs.replicas > 0 && MakesPods(situation, rs);
    if (auto step = waits ? std::nullopt : GrowKeeper(situation, rs, due)) return step;
  }
  return growth.ask;
}

}  // namespace windlass::workload
