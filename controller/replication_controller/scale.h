// The sizes of a rolling update of two ReplicationControllers: the next size of either, what the
// update is to reach, and what the one that is scaled down had before. That is noted on it, because
// the live size is a smaller one by then (RC-8).
#pragma once

#include <cstdint>
#include <optional>

#include "controller/replication_controller/patches.h"
#include "controller/replication_controller/situation.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/base/result.h"

namespace windlass::replication_controller {

// --- the arithmetic ---

// Pure; the same sequences as kubectl 1.17 (RC-9, RC-10). Old Pods count as available, whether they
// are or not, so that a broken old set cannot hold up its own replacement.
//
// "Old" is the controller that is scaled down, "new" the one that is scaled up, also in a rollback.
struct TwoCounts {
  int32_t old_spec = 0;       // spec.replicas
  int32_t new_spec = 0;       // spec.replicas
  int32_t new_available = 0;  // Pods of the new one that are ready for minReadySeconds
  int32_t desired = 0;        // what new_spec shall be at the end
};

struct ScaleLimits {
  int32_t surge = 0;
  int32_t min_available = 0;
  int64_t max_total = 0;  // desired + surge
  bool operator==(const ScaleLimits&) const = default;
};

// Resolves spec.maxSurge (absent: 1) and spec.maxUnavailable (absent: 0) by `desired`. If nothing
// is desired, nothing has to be available. Example: 10 desired, surge 20 %, unavailable 10 %: at
// most 12 Pods, at least 9 available. Returns kInvalid, which names the field, for a value that is
// neither a count nor a percentage (RC-9).
Result<ScaleLimits> ResolveScaleLimits(int32_t desired,
                                       const std::optional<IntOrPercent>& max_surge,
                                       const std::optional<IntOrPercent>& max_unavailable);

// Returns the next size of the new controller; nullopt if it stays. It grows as far as the surge
// allows, and at once to `desired` if the old one has no replicas. Example: 10 desired, surge 3, 10
// old, 0 new: 13 − 10 = 3 (RC-10).
std::optional<int32_t> ScaleUp(const TwoCounts& counts, const ScaleLimits& limits);

// Returns the next size of the old controller; nullopt if it stays. It shrinks as far as
// min_available allows: to 0 once the new one is complete. Example: 10 desired, 10 must be
// available, 10 old, 3 new of which 1 is available: 13 − 10 − 2 = 1 may go: 9 (RC-10).
std::optional<int32_t> ScaleDown(const TwoCounts& counts, const ScaleLimits& limits);

// --- what an update is to reach ---

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

// Notes on `source` the size that it has before its Pods go to `target`, together with `others`.
Step NoteSize(const Situation& situation, const ReplicationController& source,
              const ReplicationController& target, int32_t size, Annotations others = {});

// Returns true if a rollback of the update to `created` has made `old` its target.
bool IsRollbackTarget(const ReplicationController& old, const ReplicationController& created);

// Returns the size that the old controller had; nullopt if it is not known. If the new one was
// never scaled, the old one has it still.
std::optional<int32_t> SizeToRestore(const ReplicationController& old,
                                     const ReplicationController& target);

// Returns the size that this update has noted for OLD, if that is larger now: somebody else has
// scaled it since the first try. kubectl keeps a size for ever, so one that does not say whose it
// is tells nothing. Requires both controllers.
std::optional<int32_t> SizeBeforeOthers(const Situation& situation);

// If OLD is larger than a noted size that does not say whose it is, somebody else scaled it before
// this try. Notes the larger size, so that a rollback restores it. With Override keeps the noted
// size; that of this update stays in any case, and the scaling is answered (SizeBeforeOthers).
// After a rollback that was turned off, the noted size is the one that OLD was to get.
std::optional<Step> NoteSizeOfOld(const Situation& situation);

// Returns the size that the rollback gives the old controller: `before`, which was noted. An update
// only makes the old one smaller, so one that is larger was scaled by somebody else. With Pause,
// OLD keeps its size: the user who sets spec.rollback has decided. Adopt and Override answer when
// the scaling begins (RC-16). Example: 2 were noted, somebody has made it 5: 5.
int32_t SizeAfterRollback(const Situation& situation, int32_t before);

}  // namespace windlass::replication_controller
