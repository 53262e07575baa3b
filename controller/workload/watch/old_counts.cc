#include "controller/workload/watch/old_counts.h"

#include <optional>

#include "controller/workload/replica_set_size.h"

namespace windlass {

void TrustOldCounts(Store<ReplicaSet>& replica_sets, const Uid& workload, WallTime now) {
  for (const ReplicaSet* rs : replica_sets.OwnedBy(workload)) {
    if (!workload::MayCountRemovedPods(*rs)) continue;
    const std::optional<WallTime> since = rs->told.observed_since;
    const bool over = since && now - *since >= workload::kPodsAreCountedWithin;
    // If the clock was set back, `since` is after `now`. kPodsAreCountedWithin then counts from
    // `now`.
    if (since && *since <= now && !over) continue;
    replica_sets.Amend(KeyOf(rs->meta), rs->meta.uid, [&](ReplicaSet& held) {
      held.told.observed_since = over ? std::nullopt : std::optional<WallTime>(now);
      if (over) held.told.lowest.reset();
    });
  }
}

}  // namespace windlass
