// A run is one rolling update, from validation to its end. A ReplicationControllerUpdate can have
// several runs, one after another: usually, a new run begins when the spec changes after the last
// run ended (StatusOfRun).
#pragma once

#include <string>
#include <string_view>

#include "controller/api/replication_controller_update.h"
#include "kubeclient/api/replication_controller.h"

namespace windlass::replication_controller {

// Returns true if Windlass made the status from the present spec.
bool IsOfPresentSpec(const ReplicationControllerUpdate& update);

// Returns true if Windlass does nothing more for `update` until its spec changes, because the run
// of the present spec
//   - succeeded or was rolled back
//   - timed out
//   - lost its old controller: another client deleted it during the update (kOldDeleted)
//   - was refused before its first step, or before there was a new controller (RC-20)
// If both controllers are gone, and no rename was under way, the run has not ended: it waits for a
// controller (kNotFound).
bool HasEnded(const ReplicationControllerUpdate& update);

// Returns the status that the next step starts from: the stored status, unless a new run is due. A
// new run is due if
//   - the last run ended or failed, and the spec has changed
//   - spec.newName was set to another name, and no rename is under way
//   - spec.rollback changed after the first step
// A new run keeps the phase, message, lines and conditions. If the last run did not end, the new
// run also keeps the journal, and the target unless spec.newName was set to another name.
//
// status.earlierRollouts rises by 1 with each new run, except in two cases:
//   - the new run only continues a failed run. Example: a run fails, a user edits spec.timeout, and
//     later sets spec.rollback. In the three runs, status.earlierRollouts is 0, 0 and 1
//   - a user set spec.rollback too late: the old controller is deleted, and the status says that
//     the update has succeeded. The new run only ends it
ReplicationControllerUpdateStatus StatusOfRun(const ReplicationControllerUpdate& update);

// Returns the phase of a run at `step` that is not paused, and has neither failed nor ended.
std::string_view PhaseAt(std::string_view step);

// --- the target of a run: which new controller, and what this controller is made of ---

// Returns the value of status.target that belongs to `spec`: "<spec.newName>/<hash of image,
// container, imagePullPolicy and controller>". It changes if a user edits one of these fields.
// Example: "web-2/" if spec.newName is web-2, and neither spec.image nor spec.controller is set.
std::string TargetOf(const ReplicationControllerUpdateSpec& spec);

// Returns true if `spec` and `target` both have a hash of the new controller's content (TargetOf),
// and the two hashes differ.
bool HasOtherContent(const ReplicationControllerUpdateSpec& spec, std::string_view target);
// Returns true if HasOtherContent returns true, or if spec.newName is not empty and is not the name
// in `target`. Returns false if `target` is empty.
bool IsForOther(const ReplicationControllerUpdateSpec& spec, std::string_view target);

// Returns a value for the label `key`: 32 hexadecimal digits. `controller` is the old controller.
// `image` is the new image for the new controller's Pods, and empty for the old controller's Pods.
// The value is a hash of
//   - the uid of `controller`, and its template without the label `key`
//   - the value of `key` in the selector of `controller`
//   - `image`
std::string HashOf(const ReplicationController& controller, std::string_view key,
                   std::string_view image);

// Returns true if `name` is "<old_name>-" and 32 hexadecimal digits. Windlass gives a new
// controller such a name if the user does not name it.
bool IsMadeUp(std::string_view name, std::string_view old_name);

// Returns the name of the new ReplicationController, or "" if the name is not known (RC-5).
// `old_controller` may be null. The result is the first of these names that is known:
//   1. the name in the status, if the run has stored a step
//   2. without `old_controller`: spec.newName; if it is empty and the run has begun, the name in
//      the status. All names below need `old_controller`
//   3. the name in the journal of a rename that has begun
//   4. spec.newName
//   5. the annotation next-controller-id of `old_controller`
//   6. in a rollback, or in a run whose rollback was set back to false: the name in the annotation
//      update-source-id of `old_controller`
//   7. in a rollback: the name in the status
//   8. with spec.image, but not in a rollback: "<old>-" and a hash of the image and the old
//      template
std::string NewNameOf(const ReplicationControllerUpdate& update,
                      const ReplicationController* old_controller);

}  // namespace windlass::replication_controller
