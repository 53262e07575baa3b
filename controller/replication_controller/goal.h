// The sizes that an update leads to: what it is to reach, with the limits on the way; and what the
// one that is scaled down had before, which is noted on it, because the live size is a smaller one
// by then (RC-8).
#pragma once

#include <cstdint>
#include <optional>

#include "controller/replication_controller/scale.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// What the target's annotations say, with the limits.
struct Goal {
  int32_t desired = 0;
  ScaleLimits limits;
};
// Returns the goal; or the step that refuses the update, because no label tells the two apart
// (RC-4), the target was not made for the source (RC-7), or a limit is neither a count nor a
// percentage (RC-9). Before the first write, `source` and `target` are the two as the preparation
// will leave them, so that a refused update has touched nothing.
OrStep<Goal> FindGoal(const Situation& situation, const ReplicationController& source,
                      const ReplicationController& target);

// Returns true if the selectors have a key in common whose values differ, so that no Pod belongs to
// both (RC-4).
bool HaveDifferentKey(const StringMap& old_selector, const StringMap& new_selector);

// --- the size before ---

// Returns original-replicas of the old controller if the controller that it was noted for does not
// exist any more; no size otherwise. Requires the old controller.
OrStep<std::optional<int32_t>> FindNotedSizeOfGone(const Situation& situation);

// Returns the size to note: spec.replicas of the old controller, or what FindNotedSizeOfGone
// returns, if that is larger. Example: 10 to 10, cut off at 4 old Pods by a deletion of the new
// controller: 10. Requires the old controller.
OrStep<int32_t> SizeBefore(const Situation& situation);

// Returns true if original-replicas of `source` is that of this run. kubectl does not say of which
// run it is: it is taken for this one if the target has replicas already, because then the live
// size may be a smaller one (RC-8).
bool HasOriginalSize(const ReplicationController& source, const ReplicationController& target);

// Notes `size` on the old controller for an update to the new one. Takes off what is left of a
// rollback that was turned off: the next one goes back to `size`. Requires both controllers.
Step NoteSizeForUpdate(const Situation& situation, int32_t size);

// Notes the size of the new controller on it for a rollback to the old one, which may be turned
// off. Requires both controllers.
Step NoteSizeForRollback(const Situation& situation);

// Returns true if a rollback of the update to `created` has made `old` its target.
bool IsRollbackTarget(const ReplicationController& old, const ReplicationController& created);

// Returns the size that the old controller had; nullopt if it is not known. If the new one was
// never scaled, the old one has it still.
std::optional<int32_t> SizeToRestore(const ReplicationController& old,
                                     const ReplicationController& target);

}  // namespace windlass::replication_controller
