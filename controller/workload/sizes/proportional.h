// Sizes after `kubectl scale` in mid-rollout: every active ReplicaSet keeps its share of the Pods.
//
// Pure arithmetic. actions/scale.h decides when to use it, writes the sizes one ReplicaSet at a
// time, and plans anew after each write. The size annotations show which ReplicaSets are written
// already. So an interrupted scaling arrives at the same sizes, in whatever order it writes (B-11).
// At least min_available Pods stay available after each single write. If fewer are available
// already, no available Pod is removed.
//
// Source: D-357, D-360, D-361. We differ from upstream in three ways (docs/differences.md):
//   B-11  Rounding leaves some replicas over. Windlass gives them to the first ReplicaSet that is
//         not written yet. Upstream gives them to the first of all ReplicaSets. This one may have
//         got such replicas by an earlier write already.
//   B-12  When the total shrinks, unavailable Pods are removed before available ones. The total is
//         upstream's.
//           - First go new Pods above updated_max (RO-046), then Pods of a ReplicaSet with
//             goes_first (RO-087).
//           - Unavailable old Pods go before any available Pod. Exception: an old ReplicaSet keeps
//             its last Pod while there are available Pods above `replicas`.
//           - Unavailable new Pods go before available Pods only if otherwise fewer than `replicas`
//             available Pods would stay.
//           - The last new Pod stays, so that users see whether the new template can run.
//             Exceptions: steps or a partition allow no new Pod (RO-046), or desired + surge is 1.
//         spared_pods.h keeps the rollout from removing the spared Pods later.
//   B-13  If fewer than min_available Pods would stay available, more unavailable Pods are removed
//         instead: even the last Pod of a ReplicaSet, and even Pods of a ReplicaSet that is written
//         already. These may have failed since that write.
//
// B-12 by numbers: 10 replicas, 8 good old Pods, 5 new ones that cannot start. "6 and 3" means 6
// old and 3 new Pods.
//                                  in proportion   with B-12
//   maxSurge 3, maxUnavailable 2
//     scaled to 6      9 in all    6 and 3         6 and 3: the 6 good ones are enough
//     scaled to 5      8 in all    5 and 3         5 and 3: the 5 good ones are enough
//     scaled to 9     12 in all    7 and 5         8 and 4: all good ones stay
//   maxSurge 25 %, maxUnavailable 25 %
//     scaled to 6      8 in all    5 and 3         6 and 2
//     scaled to 5      7 in all    4 and 3         5 and 2
//   maxSurge 0, maxUnavailable 2: there are 8 old and 2 new Pods
//     scaled to 2      2 in all    2 and 0         1 and 1: the last new one stays
// Example with two old ReplicaSets: 12 replicas, maxSurge 25 %, maxUnavailable 25 %, so 15 Pods.
// One old ReplicaSet has 4 broken Pods, the other has 6 good ones, and the new ReplicaSet has 5
// broken ones. Scaled to 6, so 8 Pods in all: in proportion 2, 3 and 3; with B-12 1, 6 and 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "controller/workload/rolling_sizes.h"

namespace windlass::workload {

// One active ReplicaSet.
struct ReplicaSetShare {
  int32_t replicas = 0;   // spec.replicas
  int32_t available = 0;  // available Pods that surely stay (SizeOf)
  // The max-replicas annotation: desired + surge when the annotation was last written. nullopt if
  // there is no such annotation, or it cannot be parsed.
  std::optional<int32_t> max_replicas{};
  bool is_new = false;
  bool gives_way = false;   // it must not grow (RO-120)
  bool goes_first = false;  // its Pods are removed before those of others (RO-087)
  bool goes_last = false;   // its last Pod is removed after all others, except by B-13 (RO-120)
  bool written = false;     // both its size annotations have the present values
};

// Returns by how many replicas `rs` has to change to keep its share of the total, rounded half away
// from zero. Example: 5 replicas of at most 13, now at most 9: 5 * 9 / 13 = 3.46, rounded 3, so -2.
//   - The former total (13) is rs.max_replicas. If that is absent or 0, it is `status_replicas`,
//     the replicas in the workload's status.
//   - Returns 0 if both are 0, and minus rs.replicas if 0 are desired (D-357.3).
int64_t FractionOf(const ReplicaSetShare& rs, const Fenceposts& limits, int32_t status_replicas);

// Returns the size that each ReplicaSet of `active` should have. `active` is ordered oldest first,
// then by name; the result has the same order.
//   - The sizes add up to desired + surge (example: 10 desired, surge 3: 13), or to 0 if desired is
//     0.
//   - Rounding leaves a rest. One ReplicaSet takes or gives up all of it: the largest that is not
//     `written` yet, or the largest if all are. If a ReplicaSet has gives_way, the largest old
//     ReplicaSet that may grow takes the rest. The sum of the sizes is higher if the chosen
//     ReplicaSet is too small to give up the rest (D-357.4). The sum is lower if no ReplicaSet may
//     take all of the rest.
//   - The largest ReplicaSet gets its share first. Of ReplicaSets with equal sizes, the newest is
//     first when the total grows, and the oldest when it shrinks.
//   - The new ReplicaSet does not grow above limits.updated_max; the old ReplicaSets get the rest
//     (RO-046). Example: 10 desired, 5 old and 5 new Pods; scaled to 20 + surge 5, with updated_max
//     10: 15 old and 10 new Pods.
//   - When the total shrinks, Pods of the new ReplicaSet above updated_max are removed first
//     (RO-046). Example: 10 desired, 5 old and 5 new Pods; scaled to 6 + surge 2, with updated_max
//     3: 5 old and 3 new Pods. Afterwards the rollout goes on to 3 and 3.
//   - Then Pods of ReplicaSets with goes_first are removed (RO-087). Example: 2 Pods of the stable
//     revision, 2 of a revision that was given up and 1 new Pod; scaled to 2 with updated_max 1 and
//     surge 0: 1 stable and 1 new Pod.
//   - The sizes equal upstream's if all of these hold:
//       - Every Pod is available.
//       - The new ReplicaSet is not above desired, and updated_max holds nothing back.
//       - No ReplicaSet has gives_way, goes_first or goes_last.
//       - No ReplicaSet is `written` (B-11).
std::vector<int32_t> ProportionalSizes(std::span<const ReplicaSetShare> active,
                                       const Fenceposts& limits, int32_t status_replicas);

}  // namespace windlass::workload
