// The sizes of a rolling update of two ReplicationControllers: the next size of either controller,
// and what to do when another client scales one of the two. Also the original size of the
// controller that is scaled down: an annotation notes it, because the live size shrinks during the
// update (RC-8).
#pragma once

#include <cstdint>
#include <optional>

#include "controller/replication_controller/situation.h"
#include "controller/replication_controller/writes.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/base/result.h"

namespace windlass::replication_controller {

// --- the arithmetic ---

// The sizes from which ScaleUp and ScaleDown compute the next size. Both functions are pure, and
// lead to the same sequences of sizes as kubectl 1.17 (RC-9, RC-10). "Old" is the controller that
// is scaled down, also in a rollback; "new" is the other one. Old Pods always count as available,
// so that broken ones cannot hold up their own replacement.
struct TwoCounts {
  int32_t old_spec = 0;       // spec.replicas
  int32_t new_spec = 0;       // spec.replicas
  int32_t new_available = 0;  // new Pods that have been ready for minReadySeconds
};

// The goal of an update, and the limits until the update reaches the goal.
struct Goal {
  int32_t desired = 0;  // new_spec at the end
  int32_t min_available = 0;
  int64_t max_total = 0;
  bool operator==(const Goal&) const = default;
};

// Computes the limits from spec.maxSurge (default 1) and spec.maxUnavailable (default 0); a
// percentage refers to `desired`. Example: 10 desired, surge 20 %, unavailable 10 %: at most 12
// Pods, at least 9 available (RC-9).
//   - If both limits are 0, 1 Pod may be unavailable.
//   - If `desired` is 0, no Pod has to be available.
// Returns error kInvalid, which names the field, for a value that is neither a count nor a
// percentage.
Result<Goal> ResolveGoal(int32_t desired, const std::optional<IntOrPercent>& max_surge,
                         const std::optional<IntOrPercent>& max_unavailable);

// Returns the next size of the new controller; nullopt if its size stays. It grows as far as the
// surge allows; at once to `desired` if the old controller has no replicas. Example: 10 desired,
// surge 3, 10 old, 0 new. At most 13 Pods may exist, so the next size is 13 − 10 = 3 (RC-10).
std::optional<int32_t> ScaleUp(const TwoCounts& counts, const Goal& goal);

// Returns the next size of the old controller; nullopt if its size stays. It shrinks as far as
// min_available allows; to 0, if the new controller has its desired size and all its Pods are
// available. Example: 10 desired, 10 must be available, 10 old Pods, 3 new Pods of which 1 is
// available. Of the 13 Pods 10 must stay and 2 are not available: 13 − 10 − 2 = 1 old Pod can be
// removed, so the next size is 9 (RC-10).
std::optional<int32_t> ScaleDown(const TwoCounts& counts, const Goal& goal);

// Returns the goal of the update, from the annotations of `target` and the limits in the spec.
// Returns the step that refuses the update instead if
//   - the selectors have no key in common whose values differ (RC-4)
//   - the target was not made for the source, or its desired size is not a number (RC-7)
//   - spec.maxSurge or spec.maxUnavailable is not a limit (RC-9)
// Before the first write of the update, the caller passes copies of the controllers, with the
// changes that Prepare will make. So a refused update has changed nothing.
OrStep<Goal> FindGoal(const Situation& situation, const ReplicationController& source,
                      const ReplicationController& target);

// Returns true if the selectors have a key in common whose values differ, so that no Pod belongs to
// both (RC-4).
bool HaveDifferentKey(const StringMap& old_selector, const StringMap& new_selector);

// --- the size before the update. Each function requires the old controller ---

// Returns original-replicas of the old controller if the new controller for which this size was
// noted does not exist any more; no size otherwise.
OrStep<std::optional<int32_t>> FindNotedSizeOfGone(const Situation& situation);

// Returns the size to note: spec.replicas of the old controller, or the result of
// FindNotedSizeOfGone if larger. Example: the new controller was deleted when 4 of 10 old Pods were
// left: 10.
OrStep<int32_t> SizeBefore(const Situation& situation);

// Returns true if original-replicas of `source` was noted for the update to `target`. If kubectl
// noted the size, no annotation shows for which update. Such a size counts once `target` was scaled
// (IsUnscaled is false), because from then on `source` may be smaller than before (RC-8).
bool HasOriginalSize(const ReplicationController& source, const ReplicationController& target);

// Returns the write that notes `size` on `source`, as its size before the update to `target`. The
// same write sets the annotations `others`.
Step NoteSize(const Situation& situation, const ReplicationController& source,
              const ReplicationController& target, int32_t size, Annotations others = {});

// Returns the write that notes on the old controller `size`, its size before the update to the new
// one. Requires both controllers. The write also removes the annotations of a rollback that was
// turned off, so that the next rollback returns to `size`.
Step NoteSizeForUpdate(const Situation& situation, int32_t size);

// Returns the write that notes the size of the old controller for a rollback; nullopt if no write
// is needed. The first case that applies counts:
//   - A rollback was turned off (IsRollbackTarget): notes the size that the rollback was to give.
//     If the present size is larger, notes the present size instead, unless spec.onExternalScale is
//     Override. Example: the rollback was to give 10, and the old controller has 12. 12 is noted,
//     or 10 with Override.
//   - Windlass noted a size for this update: that size stays, even if the old controller is larger
//     now.
//   - kubectl noted a size that counts (HasOriginalSize): that size stays. If the present size is
//     larger, notes the present size instead, unless spec.onExternalScale is Override.
//   - Otherwise: notes SizeBefore.
std::optional<Step> NoteSizeOfOld(const Situation& situation);

// Returns the size that this update has noted for the old controller, if another client has made
// the controller larger since. Otherwise, or if IsRollbackTarget is true, returns nullopt. Requires
// both controllers.
std::optional<int32_t> SizeBeforeOthers(const Situation& situation);

// Returns true if a rollback of the update to `created` has made `old` its target. Returns false
// while `old` has the journal of a rename, which a rollback must remove first.
bool IsRollbackTarget(const ReplicationController& old, const ReplicationController& created);

// --- another client scales one of the two during an update (RC-16) ---

// Another client has scaled a controller if its size is not that of the update's last scaling, and
// no scaling of it is pending. spec.onExternalScale says what Windlass does then:
//   - Pause: nothing is scaled until the size is put back, another policy is chosen, or a user sets
//     spec.rollback
//   - Adopt: the sum of both sizes is desired from now on. Example: with 3 old and 9 new replicas,
//     12 are desired
//   - Override: the update puts the size back

// Returns true if spec.onExternalScale is neither Adopt nor Override: for Pause, and for a value
// that the CRD would refuse.
bool PausesForOthers(const Situation& situation);

// Returns the controller that the update is about to scale: the new size is stored, but the
// controller still has the former one. Returns null if there is none. Example: the status says 7 to
// 6. With 7 replicas, the controller is returned; with 9, which another client set, it is not.
const ReplicationController* PendingScale(const Situation& situation);
// Returns the size that the update has set for `controller`, or is about to set, as the status
// says; if the status has no such size, the present size of `controller`.
int32_t ExpectedSize(const Situation& situation, const ReplicationController& controller);

// Returns the step that answers a scaling by another client; nullopt if there was no such scaling.
// Requires both controllers.
std::optional<Step> AnswerExternalScale(const Situation& situation);

// Returns the step that pauses the update because another client has scaled `scaled`, which had
// `expected` replicas.
Step PauseForScale(const Situation& situation, const ReplicationController& scaled,
                   int32_t expected);

// Called in a rename when the new controller `new_name` is deleted already. If another client has
// scaled the old controller above 0, returns the step that answers this; otherwise nullopt. The
// rename waits for 0 replicas, because it changes the selector: Pods of the old controller would
// lose their owner. Adopt does the same as Pause, because there are no two sizes to add up.
std::optional<Step> AnswerScaleBeforeRename(const Situation& situation,
                                            const std::string& new_name);

}  // namespace windlass::replication_controller
