// Sizes after `kubectl scale` in mid-rollout: every active ReplicaSet keeps its share of the Pods.
//
// Pure arithmetic. actions/scale.h decides when to use it, writes the sizes one ReplicaSet at a
// time, and plans anew after each write. The size annotations show which ReplicaSets are written
// already. So a scaling that was interrupted arrives at the same sizes, whichever ReplicaSets were
// written first (B-11). At least min_available Pods stay available after each single write; if
// fewer are available now, none of them is removed.
//
// Source: D-357, D-360, D-361. We differ from upstream in three ways (docs/differences.md):
//   B-11  Rounding leaves some replicas over. They go to the first ReplicaSet that is not written
//         yet. Upstream gives them to the first of all, which may have got some already.
//   B-12  When the total shrinks, unavailable Pods are removed before available ones. The total is
//         upstream's.
//           - Unavailable Pods of old ReplicaSets always go before available ones. Exception: the
//             last Pod of a ReplicaSet goes after available Pods above `replicas`.
//           - Unavailable Pods of the new one go before available ones only if fewer than
//             `replicas` available Pods would stay otherwise.
//           - The last Pod of the new ReplicaSet stays, so that users see whether its fault is
//             mended. Exceptions: a step holds it back (RO-046), or desired + surge is 1.
//           - Before all these, Pods of a ReplicaSet with goes_first are removed (RO-087).
//         spared_pods.h keeps the rollout from removing the spared Pods later.
//   B-13  If fewer than min_available Pods would stay available, more unavailable Pods are removed:
//         also the last Pod of a ReplicaSet, and Pods of a ReplicaSet that is written already.
//         (They may have failed since that write.)
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
// Several old ReplicaSets, 12 replicas, 25 % and 25 %, so 15 Pods: 4 broken old ones, 6 good old
// ones, 5 broken new ones. Scaled to 6, so 8 in all. In proportion they are 2, 3 and 3. To keep 3
// more good Pods, one more broken old Pod and two more new ones are removed: 1, 6 and 1.
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
  int32_t available = 0;  // Pods that surely stay (SizeOf)
  // The highest total that was allowed when `replicas` was decided: the max-replicas annotation.
  // nullopt if there is no such annotation, or it cannot be parsed.
  std::optional<int32_t> max_replicas{};
  bool is_new = false;
  bool gives_way = false;   // it must not grow (RO-120)
  bool goes_first = false;  // its Pods go first, while `desired` available ones stay (RO-087)
  bool goes_last = false;   // its last Pod is removed after all others, except by B-13 (RO-120)
  bool written = false;     // both its size annotations have the present values
};

// Returns by how many replicas `rs` has to change to keep its share of the whole, rounded half away
// from zero. Example: 5 replicas of at most 13, now at most 9: 5 * 9 / 13 = 3.46, rounded 3, so -2.
// The former whole (13) is max_replicas; if max_replicas is absent or 0, the former whole is
// `status_replicas` of the workload. Returns 0 if both are 0, and minus `replicas` if 0 are desired
// (D-357.3).
int64_t FractionOf(const ReplicaSetShare& rs, const Fenceposts& limits, int32_t status_replicas);

// Returns the size that each ReplicaSet of `active` should have. `active` is ordered oldest first,
// then by name; the result has the same order.
//   - The sizes add up to desired + surge, or to 0 if desired is 0. They add up to more only if the
//     first ReplicaSet cannot give up as much as it should (D-357.4), and to less if no ReplicaSet
//     is allowed to take the rest. Example: 10 desired, surge 3: 13.
//   - The largest ReplicaSet gets its share first. Among equals: the newest when growing, the
//     oldest when shrinking.
//   - The new ReplicaSet does not grow above limits.updated_max; the old ReplicaSets get the rest
//     (RO-046). Example: 10 desired, 5 old and 5 new Pods; scaled to 20 with updated_max 10 and
//     surge 5: 15 old and 10 new Pods.
//   - When the sizes shrink, Pods of the new ReplicaSet above updated_max go first (RO-046).
//     Example: 10 desired, 5 old and 5 new Pods; scaled to 6 with updated_max 3 and surge 2: 5 old
//     and 3 new Pods. The rollout then leaves 3 and 3.
//   - Then Pods of ReplicaSets with goes_first go (RO-087). Example: 2 Pods of the stable revision,
//     2 of a revision that was given up and 1 new Pod; scaled to 2 with updated_max 1: 1 stable and
//     1 new Pod.
//   - The sizes equal upstream's if every Pod is available, the new ReplicaSet is not above
//     desired, updated_max holds nothing back, no ReplicaSet gives way, goes first or goes last,
//     and none is written yet (B-11).
std::vector<int32_t> ProportionalSizes(std::span<const ReplicaSetShare> active,
                                       const Fenceposts& limits, int32_t status_replicas);

}  // namespace windlass::workload
