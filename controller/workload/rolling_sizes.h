// Sizes of a RollingUpdate: how many replicas each ReplicaSet should have next.
//
// Pure arithmetic over what the cache shows. Nothing here reads a clock, logs or writes; the sync
// loop turns a size into one PATCH and computes the sizes again when the reply is in the cache.
//
// Source: D-260…D-274. We differ from upstream in two ways (docs/differences.md):
//   W-05  A ReplicaSet never counts more available Pods than its size, so a status that lags cannot
//         make us remove Pods that are still needed.
//   W-06  Upstream removes unhealthy and healthy Pods in two passes. Here one pass decides both,
//         with one write per ReplicaSet.
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
//   - At most desired. Returns desired if the present size is above it.
//   - Together with `old` at most max_total. Returns the present size if there is no room (D-261).
// Example: 10 desired, surge 3, new 3, old 8: 3 + (13 - 11) = 5.
//
// `keeper` is the position in `old` of the ReplicaSet that has, or will get, the Pods that stay on
// old revisions (FindKeeper of revisions/proven.h).
//
// If limits.updated_max holds Pods back (RO-044, RO-045, RO-048):
//   - With a keeper, the new ReplicaSet leaves room for the missing old Pods, which KeeperSize
//     makes in the keeper (RO-120). Examples:
//       - 10 desired, updated_max 2, no Pods at all: 2, and KeeperSize returns 8
//       - 10 desired, no surge, updated_max 2, keeper 5, another old ReplicaSet 4: the keeper lacks
//         3 Pods and there is room for 1, so the new ReplicaSet stays at 0
//   - The new ReplicaSet does not grow above updated_max. Example: 10 desired, surge 3, updated_max
//     4, new 3, old 8: 4 instead of 5.
//   - Exception: without a keeper, the new ReplicaSet also grows in place of missing old Pods.
//     Example: 10 desired, updated_max 3, so 7 are to stay old; new 3, old 5: 10 - 5 = 5. Without
//     old Pods, as at the first rollout: 10.
//   - A new ReplicaSet above updated_max keeps its size as long as there are no more Pods than
//     desired. Example: 10 desired, new 5, old 5, updated_max 3: 5.
//   - If there are more Pods than desired, new Pods above updated_max are removed, because no other
//     rule would ever remove them. As with old ReplicaSets, min_available Pods stay available, and
//     Pods that are not available are removed first. Example: 6 desired, surge 2, updated_max 1,
//     new 3, old 5: 8 - 6 = 2 Pods are too many, so 3 - 2 = 1.
int32_t NewReplicaSetSize(const ReplicaSetSize& new_replica_set,
                          std::span<const ReplicaSetSize> old, const Fenceposts& limits,
                          std::optional<size_t> keeper = std::nullopt);

// Returns the size to which old[keeper] should grow now; its present size if no Pod is missing, or
// there is no room. The limits (RO-120):
//   - the keeper: at most limits.kept_old() Pods
//   - keeper and new ReplicaSet together: at most desired
//   - all ReplicaSets together: at most max_total
// Examples, 10 desired, surge 3:
//   - updated_max 1; keeper 5, another old one 4, new 1: 5 + (13 - 10) = 8; 9 when the other old
//     ReplicaSet has shrunk
//   - updated_max 1; keeper 0, new 10: 0, because there are 10 Pods and no new Pod is removed for
//     the keeper
int32_t KeeperSize(const ReplicaSetSize& new_replica_set, std::span<const ReplicaSetSize> old,
                   const Fenceposts& limits, size_t keeper);

// Returns one size for each ReplicaSet of `old`. The first ReplicaSet of `old` loses Pods first. A
// ReplicaSet that loses no Pod keeps its present size. Unhealthy Pods are removed first, because
// removing them costs no availability; then healthy ones, as long as min_available Pods stay
// available across all ReplicaSets (D-264…D-268). Example: 10 desired, max_unavailable 2; old 10,
// all available, new 3, none available. At least 8 of the 13 Pods must be available, and 3 are not.
// So 13 - 8 - 3 = 2 Pods may be removed, and old gets size 8.
//
// The ReplicaSets of `old` together keep limits.kept_old() Pods, healthy or not (RO-044). Example:
// 10 desired, surge 3, max_unavailable 2, updated_max 3; new 3 and old 8, all available. Without
// updated_max, 11 - 8 = 3 old Pods could be removed. But 7 have to stay, so only 1 is removed.
//
// With a `keeper`, a position in `old`, the keeper alone keeps limits.kept_old() Pods, and all Pods
// of the other old ReplicaSets can be removed (RO-120). Example: 10 desired, max_unavailable 2,
// updated_max 1; keeper 5, another old one 4 and new 1, all available: 10 - 8 = 2 of the 4 are
// removed, and the keeper grows.
std::vector<int32_t> OldReplicaSetSizes(std::span<const ReplicaSetSize> old,
                                        const ReplicaSetSize& new_replica_set,
                                        const Fenceposts& limits,
                                        std::optional<size_t> keeper = std::nullopt);

}  // namespace windlass::workload
