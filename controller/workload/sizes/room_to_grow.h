// Room to grow: how large a ReplicaSet may become without more than desired + surge Pods being
// alive. A Pod counts until it is gone, even if its ReplicaSet was scaled down already.
//
// Example: 10 desired, surge 3, unavailable 2. The new ReplicaSet has 3; the old one was set from
// 10 to 8, and its status still shows 10. There is room for 13 - 10 = 3 new Pods, so the new one
// stays at 3. When the old one shows 8, there is room for 13 - 8 = 5.
//
// The strategy Recreate has a stricter rule (old_pods_left.h). A ReplicaSet does not grow
//   - while other ReplicaSets may have Pods, terminating ones included
//   - while one of its own Pods may have another template than the ReplicaSet
//
// Source: D-182, D-261, D-263. Upstream counts spec.replicas alone, and relies on the ReplicaSet
// controller to delete Pods before the next ones are made (docs/differences.md).
#pragma once

#include <cstdint>
#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the condition ReplicaFailure of `rs` if it is True: Pods of `rs` could not be created or
// deleted. Returns null otherwise. `rs` owns the condition.
const Condition* FailureOf(const ReplicaSet& rs);

// Returns how many Pods of `rs` may be alive now, or may be made without another write. That is the
// largest of
//   - the size of `rs`
//   - its status.replicas
//   - rs.told.largest: the largest earlier size whose Pods may still be alive, even if the status
//     does not count these Pods
//   - only if this process does not know all earlier sizes (rs.told.known is false):
//       - the max-replicas annotation
//       - desired + surge, if that annotation is missing, or if the ReplicaSet controller has not
//         observed the present size yet
// Example: size 8, status 10, told.largest 8, known true: 10.
int64_t PossiblePods(const ReplicaSet& rs, const Fenceposts& limits);

struct Growth {
  // The size that can be written now; this may be the present size.
  int32_t size = 0;
  // False if `rs` cannot grow to `wanted` now but only later, for one of these reasons:
  //   - other ReplicaSets still have Pods above their sizes
  //   - under Recreate, other ReplicaSets may have Pods at all, or a Pod of `rs` may have another
  //     template (IsMixed)
  bool whole = true;
  // An uncached list of Pods to read first, because it may show that there is room.
  std::optional<Step> ask{};
  // How the sync ends if nothing else is written.
  Step then = Wait{};
};

// Returns how far `rs` may grow towards `wanted`. If `rs` is null, the ReplicaSet is not created
// yet. Shrinking needs no room. If all sizes together would be above desired + surge, `wanted` is
// first reduced to the largest size that fits.
//
// If there is no room for all of `wanted`:
//   - `rs` is null: the new ReplicaSet gets as many Pods as there is room for, perhaps 0, so that
//     it shows users what is rolled out.
//   - Pods of other ReplicaSets are being removed: `rs` keeps its size until all of `wanted` fits.
//   - The deletion of these Pods fails: `rs` grows as far as there is room.
// Under Recreate, while old Pods may be left, `rs` does not grow. A null `rs` is then not created,
// even if `wanted` is 0.
Growth GrowthOf(const Situation& situation, const ReplicaSet* rs, int32_t wanted);

// Returns the Wait that ends a sync. If the new ReplicaSet of a rolling update has waited for room
// for kHeldToldAfter (waiting_event.h), the Wait has an Event. The Event names a ReplicaSet with
// Pods above its size and, if known, the reason.
Wait WaitForRoom(const Situation& situation);

}  // namespace windlass::workload
