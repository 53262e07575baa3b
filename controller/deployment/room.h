// Room to grow: how large a ReplicaSet may become without more than desired + surge Pods being
// alive. A size that was decided is no Pod that is gone.
//
// A worked example: 10 desired, surge 3, unavailable 2. The new ReplicaSet has 3; the old one was
// set from 10 to 8 and its status still shows 10. 13 - 10 = 3, so the new one stays at 3. When the
// old one shows 8, 13 - 8 = 5.
//
// Recreate has a rule of its own beside this one (recreate.h): there terminating Pods count, too.
//
// Source: D-182, D-261, D-263. Differs from upstream, which counts spec.replicas alone and
// relies on its ReplicaSet controller being faster (docs/differences.md).
#pragma once

#include <cstdint>
#include <optional>

#include "controller/deployment/situation.h"
#include "kubeclient/base/clock.h"

namespace windlass::deployment {

// A new ReplicaSet has no room because Pods of old ones stay. Users are told after the first of
// these times, and then once in each of the second: where a whole cluster is slow, every rollout
// waits like this.
inline constexpr std::chrono::seconds kHeldToldAfter{30};
inline constexpr std::chrono::seconds kHeldToldAgain{600};

// The condition ReplicaFailure of `rs` if it is True: Pods of it could not be created or deleted.
// Null if not. `rs` owns it.
const Condition* FailureOf(const ReplicaSet& rs);

// How many Pods of `rs` may be alive now, or come to life without another write: the largest of
// its size, of what its status counts, and of what was told before (Told). Where that is not known,
// its max-replicas annotation stands in, or desired + surge.
int64_t PossiblePods(const ReplicaSet& rs, const Fenceposts& limits);

struct Growth {
  // What can be written now: the present size, or a larger one.
  int32_t size = 0;
  // `size` is all that desired + surge leaves to this ReplicaSet once the others have no Pods above
  // their sizes.
  bool whole = true;
  // Asked first: an uncached list of Pods may show that there is room.
  std::optional<Step> ask{};
};

// How far `rs` may grow towards `wanted`; null is a ReplicaSet that is to be made. One that shrinks
// needs no room.
//
// Growth is not spent in crumbs. While Pods of other ReplicaSets are on their way out, `rs` keeps
// its size until all of `wanted` fits, and takes what there is once nothing moves any more: where
// deletions are refused. One that is to be made takes what there is, which may be nothing, because
// it shows users what is rolled out.
Growth GrowthOf(const Situation& situation, const ReplicaSet* rs, int32_t wanted);

// The end of a sync in which the new ReplicaSet may have no room: after kHeldToldAfter without
// progress an Event names the ReplicaSet that has Pods above its size, and why as far as it shows.
Wait WaitForRoom(const Situation& situation);

}  // namespace windlass::deployment
