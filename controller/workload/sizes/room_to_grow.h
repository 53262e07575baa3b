// Room to grow: how large a ReplicaSet may become without more than desired + surge Pods being
// alive. A Pod counts until it is gone, even if its ReplicaSet was scaled down already.
//
// Example: 10 desired, surge 3, unavailable 2. The new ReplicaSet has 3; the old one was set from
// 10 to 8, and its status still shows 10. There is room for 13 - 10 = 3 new Pods, so the new one
// stays at 3. When the old one shows 8, there is room for 13 - 8 = 5.
//
// Recreate has a stricter rule (old_pods_left.h): no ReplicaSet grows while Pods of another may
// be left, terminating ones included, or while one of its own Pods may have another template.
//
// Source: D-182, D-261, D-263. Differs from upstream, which counts spec.replicas alone and relies
// on its ReplicaSet controller being faster (docs/differences.md).
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
//   - rs.told.largest, because the status perhaps does not count all Pods of an earlier, larger
//     size yet
//   - if this process does not know all earlier sizes (rs.told.known is false): the max-replicas
//     annotation
//   - if, in addition, this annotation is missing or the ReplicaSet controller has not observed the
//     size yet: desired + surge
// Example: size 8, status 10, told.largest 8, known: 10.
int64_t PossiblePods(const ReplicaSet& rs, const Fenceposts& limits);

struct Growth {
  // The size that can be written now; this may be the present size.
  int32_t size = 0;
  // False if `rs` can grow further, but only later, because
  //   - other ReplicaSets still have Pods above their sizes
  //   - under Recreate, other ReplicaSets may have Pods at all, or a Pod of `rs` may have another
  //     template (IsMixed)
  bool whole = true;
  // An uncached list of Pods to read first, because it may show that there is room.
  std::optional<Step> ask{};
  // How the sync ends if nothing else is written.
  Step then = Wait{};
};

// Returns how far `rs` may grow towards `wanted`. A null `rs` stands for a ReplicaSet that is to be
// created. Shrinking needs no room. If all ReplicaSets together would have sizes above desired +
// surge, `wanted` counts only up to that.
//
// If there is no room for all of `wanted`:
//   - `rs` exists, and Pods of other ReplicaSets are being removed: it keeps its size until all of
//     `wanted` fits.
//   - `rs` exists, and no Pods are being removed any more, because deletions are refused: it takes
//     the room there is.
//   - `rs` is to be created: it takes the room there is, which may be 0. Its existence shows users
//     what is rolled out.
//   - Under Recreate: all or nothing. The creation of a ReplicaSet (null `rs`) waits, too, even if
//     `wanted` is 0.
Growth GrowthOf(const Situation& situation, const ReplicaSet* rs, int32_t wanted);

// Returns the end of a sync in which the new ReplicaSet of a rolling update may have no room. After
// kHeldToldAfter (waiting_event.h), the result has an Event that names the ReplicaSet with Pods
// above its size and, if known, the reason.
Wait WaitForRoom(const Situation& situation);

}  // namespace windlass::workload
