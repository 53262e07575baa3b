// Sizes of a RollingUpdate: how many replicas each ReplicaSet should have next.
//
// Pure arithmetic over what the cache shows. Nothing here reads a clock, logs or writes; the sync
// loop turns a size into one PATCH and asks again once the reply is in the cache.
//
// Source: D-260…D-274. We differ from upstream in two ways (docs/differences.md):
//   W-05  availability is never taken above a ReplicaSet's own size, so a lagging status cannot
//         make us remove Pods that are still needed;
//   W-06  the unhealthy and the healthy pass are decided together: one write per ReplicaSet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "controller/workload/workload.h"

namespace windlass::workload {

// The size of one ReplicaSet. `available` counts Pods that have been ready for minReadySeconds and
// surely stay.
struct ReplicaSetSize {
  int32_t replicas = 0;   // spec.replicas
  int32_t available = 0;  // of status.availableReplicas, as read
  int32_t doubtful = 0;   // of the others: may be available, or not, once it has `replicas` Pods
};

// Returns the size that the new ReplicaSet should have now: at most desired, and together with
// `old`, all other ReplicaSets, at most max_total. Returns desired if the present size is above
// desired, and otherwise the present size if there is no room (D-261). Example: 10 desired, surge
// 3, new 3, old 8: 3 + (13 - 11) = 5.
//
// Where limits.updated_max holds Pods back (RO-044, RO-045, RO-048):
//   - `keeper`, a position in `old`, is the ReplicaSet that has or will get the Pods that stay old.
//     The new ReplicaSet then never makes up for missing Pods, and leaves the keeper the room for
//     them: KeeperSize makes up for them (RO-120). Examples: 10 desired, updated_max 2, no Pods at
//     all: 2, and KeeperSize 8. 10 desired, no surge, updated_max 2; keeper 5, another old one 4,
//     so 1 is missing, and 3 of the others are to follow: 0.
//   - The new ReplicaSet does not grow above updated_max. Example: 10 desired, surge 3, updated_max
//     4, new 3, old 8: 4 instead of 5.
//   - The new ReplicaSet is not made smaller only because it is above updated_max. Example: 10
//     desired, new 5, old 5, updated_max 3: 5.
//   - Its Pods above updated_max go if there are more Pods than desired, because they would
//     otherwise stay for ever. Example: 6 desired, surge 2, updated_max 1, new 3, old 5: 8 - 6 = 2
//     are too many, so 1. As for old ReplicaSets, min_available Pods stay available, and Pods that
//     are not available go first.
//   - Without a keeper, the new ReplicaSet makes up for missing old Pods. Example: 10 desired,
//     updated_max 3, so 7 are to stay old; new 3, old 5: 10 - 5 = 5. Without old Pods, as at the
//     first rollout: 10.
int32_t NewReplicaSetSize(const ReplicaSetSize& new_replica_set,
                          std::span<const ReplicaSetSize> old, const Fenceposts& limits,
                          std::optional<size_t> keeper = std::nullopt);

// Returns the size to which old[keeper] should grow now; its present size if no Pod is missing, or
// there is no room. The keeper grows to limits.kept_old() at most, together with the new ReplicaSet
// to desired at most, and within max_total (RO-120). Examples, 10 desired, surge 3:
//   - updated_max 1; keeper 5, another old one 4, new 1: 5 + (13 - 10) = 8; 9 when some of the 4
//     are gone
//   - updated_max 1; keeper 0, new 10: 0, because there are 10 Pods and no step takes one back
int32_t KeeperSize(const ReplicaSetSize& new_replica_set, std::span<const ReplicaSetSize> old,
                   const Fenceposts& limits, size_t keeper);

// Returns one size for each of `old`, which is in the order in which Pods go. The sizes equal the
// present ones if there is nothing to do. Unhealthy Pods go first, because removing them costs no
// availability; then healthy ones, as long as min_available Pods stay available across all
// ReplicaSets (D-264…D-268). Example: 10 desired, max_unavailable 2; old 10, all available, new 3,
// none available: 13 - 8 - 3 = 2 may go, so 8.
//
// Together they keep limits.kept_old() Pods, whether these are healthy or not (RO-044). Example: 10
// desired, surge 3, max_unavailable 2, updated_max 3; new 3 and old 8, all available: 7 stay,
// although 8 available Pods are enough, and 11 - 8 = 3 might go.
//
// With a `keeper`, a position in `old`, that one alone keeps limits.kept_old() Pods; all Pods of
// the others may go (RO-120). Example: 10 desired, max_unavailable 2, updated_max 1; keeper 5,
// another old one 4 and new 1, all available: 10 - 8 = 2 of the 4 go, and the keeper grows.
std::vector<int32_t> OldReplicaSetSizes(std::span<const ReplicaSetSize> old,
                                        const ReplicaSetSize& new_replica_set,
                                        const Fenceposts& limits,
                                        std::optional<size_t> keeper = std::nullopt);

}  // namespace windlass::workload
