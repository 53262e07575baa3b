// Sizes of a RollingUpdate: how many replicas each ReplicaSet should have next.
//
// Pure arithmetic over what the cache shows. The planner turns a size into one patch, and computes
// the sizes again when the reply is in the cache.
//
// Source: D-260…D-274. We differ from upstream in two ways (docs/differences.md):
//   W-05  Windlass counts at most spec.replicas Pods of a ReplicaSet as available, even if its
//         status shows more. So a status that lags cannot make Windlass remove Pods that are still
//         needed.
//   W-06  Upstream removes unhealthy Pods first, then healthy ones, with up to two writes per
//         ReplicaSet. Windlass decides on both at once, with one write per ReplicaSet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "controller/workload/replica_set_size.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns the size that the new ReplicaSet should have now. `old` holds all other ReplicaSets.
//   - The size is at most limits.desired, even if the present size is larger.
//   - All ReplicaSets together have at most max_total. Without room for more, the size stays
//     (D-261).
// Example: 10 desired, surge 3, new 3, old 8: 3 + (13 - 11) = 5.
//
// `keeper` is the position in `old` of the keeper: the ReplicaSet that has, or will get, the Pods
// that stay on the old revision (FindKeeper of revisions/proven.h).
//
// If limits.updated_max holds Pods back (RO-044, RO-045, RO-048):
//   - The new ReplicaSet does not grow above updated_max. Example: 10 desired, surge 3, updated_max
//     4, new 3, old 8: 4 instead of 5.
//   - Exception: without a keeper (PositionOfKeeper says when), no ReplicaSet gets missing old
//     Pods, so the new ReplicaSet gets as many Pods more. Example: 10 desired, updated_max 3, new
//     3, old 5. 7 Pods should stay old, but only 5 are left, so the size is 10 - 5 = 5. Without any
//     old Pod, as at the first rollout, the size is 10.
//   - If the keeper lacks Pods, the new ReplicaSet leaves room for them, and KeeperSize returns the
//     keeper's size (RO-120). Examples:
//       - 10 desired, updated_max 2, no Pods at all: 2, and KeeperSize returns 8
//       - 10 desired, no surge, updated_max 2, keeper 5, another old ReplicaSet 4: the keeper lacks
//         8 - 5 = 3 Pods and there is room for 10 - 9 = 1, so the new ReplicaSet stays at 0
//   - A new ReplicaSet above updated_max keeps its size, or grows by the exception above. Example:
//     10 desired, new 5, old 5, updated_max 3: 5.
//   - But with more Pods than desired in all, this new ReplicaSet shrinks, because no other rule
//     would ever remove these Pods. Example: 6 desired, surge 2, updated_max 1, new 3, old 5, all
//     available: 8 - 6 = 2 Pods are too many, so 3 - 2 = 1. Available Pods are removed only while
//     more than min_available Pods are available.
int32_t NewReplicaSetSize(const ReplicaSetSize& new_replica_set,
                          std::span<const ReplicaSetSize> old, const Fenceposts& limits,
                          std::optional<size_t> keeper = std::nullopt);

// Returns the size to which the keeper, old[keeper], should grow now. Returns its present size if
// it lacks no Pod, or if there is no room for more. The limits (RO-120):
//   - the keeper: at most limits.kept_old() Pods
//   - keeper and new ReplicaSet together: at most desired
//   - all ReplicaSets together: at most max_total
// Examples, 10 desired, surge 3:
//   - updated_max 1, keeper 5, another old ReplicaSet 4, new 1: 5 + (13 - 10) = 8. When the other
//     old ReplicaSet has shrunk to 3: 9
//   - updated_max 1, keeper 0, new 10: 0, because there are 10 Pods already, and KeeperSize takes
//     no Pod from the new ReplicaSet
int32_t KeeperSize(const ReplicaSetSize& new_replica_set, std::span<const ReplicaSetSize> old,
                   const Fenceposts& limits, size_t keeper);

// Returns the size that each ReplicaSet of `old` should have now: the present size, or a smaller
// one. At most this many Pods are removed:
//
//   all Pods - min_available - new Pods that are not available
//
// The order (D-264…D-268), in both groups beginning with the first ReplicaSet of `old`:
//   1. Unhealthy Pods. After their removal, as many Pods are available as before.
//   2. Healthy Pods, as long as min_available Pods of all ReplicaSets stay available.
// Example: 10 desired, max_unavailable 2; old 10, all available; new 3, none available. 13 - 8 - 3
// = 2 Pods may be removed: old gets size 8.
//
// The ReplicaSets of `old` together keep limits.kept_old() Pods, healthy or not (RO-044). Example:
// 10 desired, surge 3, max_unavailable 2, updated_max 3; new 3 and old 8, all available. 11 - 8 = 3
// old Pods could be removed, but 7 have to stay, so only 1 is.
//
// If there is a keeper, old[*keeper], it alone keeps limits.kept_old() Pods, and the other old
// ReplicaSets may lose all their Pods (RO-120). Example: 10 desired, max_unavailable 2, updated_max
// 1; keeper 5, another old ReplicaSet 4, new 1, all available. The other one loses 10 - 8 = 2 of
// its 4 Pods. Afterwards the keeper can grow (KeeperSize).
std::vector<int32_t> OldReplicaSetSizes(std::span<const ReplicaSetSize> old,
                                        const ReplicaSetSize& new_replica_set,
                                        const Fenceposts& limits,
                                        std::optional<size_t> keeper = std::nullopt);

}  // namespace windlass::workload
