// A run: one rolling update from validation to its end, and its target. An update object can have
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

// Returns true if nothing is left to do before the spec changes: the run of the present spec
// succeeded, was rolled back, timed out, lost its old controller during the update, or was refused
// before its first step or before there was a new controller (RC-20).
bool HasEnded(const ReplicationControllerUpdate& update);

// Returns the status that the next step starts from: the stored status, unless a new run is due. A
// new run is due if
//   - the last run ended or failed, and the spec has changed
//   - spec.newName was set to another name, and no rename is under way
//   - spec.rollback changed after the first step
// A new run keeps the phase, message, lines and conditions. If the last run did not end, the new
// run also keeps the journal and, unless spec.newName is why it is due, the target.
//
// status.earlierRollouts rises by 1, unless the new run only
//   - goes on after a failure. Example: a run fails, a user edits spec.timeout, and later sets
//     spec.rollback. In the three runs, status.earlierRollouts is 0, 0 and 1
//   - ends an update whose rollback this spec asks for too late: the old controller is deleted
//     already, and the status of this spec says that the update has succeeded all the same
ReplicationControllerUpdateStatus StatusOfRun(const ReplicationControllerUpdate& update);

// --- the target of a run: which new controller, and what this controller is made of ---

// Returns the text that status.target keeps of the spec, so that an edit of the spec is noticed:
// "<spec.newName>/<hash of image, container, imagePullPolicy and controller>". Example: "web-2/"
// for a new controller that exists.
std::string TargetOf(const ReplicationControllerUpdateSpec& spec);

// Returns true if `spec` and `target` both say what the new controller is made of, and do not say
// the same.
bool HasOtherContent(const ReplicationControllerUpdateSpec& spec, std::string_view target);
// Returns true if HasOtherContent does, or if spec.newName is not empty and is not the name in
// `target`. Returns false if `target` is empty.
bool IsForOther(const ReplicationControllerUpdateSpec& spec, std::string_view target);

// Returns a value of 32 hexadecimal digits for the label `key`. `controller` is the old controller.
// With `image`, the new image, the value is for the new controller's Pods; if `image` is empty, it
// is for the old controller's Pods. It is a hash of
//   - the uid of `controller`, and its template without the label `key`
//   - the value of `key` in its selector
//   - `image`
std::string HashOf(const ReplicationController& controller, std::string_view key,
                   std::string_view image);

// Returns true if `name` is "<old>-" and 32 hexadecimal digits: Windlass made this name up, and no
// user gave it.
bool IsMadeUp(std::string_view name, std::string_view old_name);

// Returns the name of the new ReplicationController, or "" if the name is not known (RC-5).
// `old_controller` may be null. The result is the first of these names that is known:
//   1. the name that the first step of the run resolved
//   2. without `old_controller`: spec.newName, or the name in the status if the run has begun
//   3. the name in the journal of a rename that has begun
//   4. spec.newName
//   5. the annotation next-controller-id of `old_controller`
//   6. in a rollback, or in a run whose rollback was turned off: the source of `old_controller`
//   7. in a rollback: the name in the status
//   8. with spec.image, but not in a rollback: "<old>-" and a hash of the image and the old
//      template
std::string NewNameOf(const ReplicationControllerUpdate& update,
                      const ReplicationController* old_controller);

}  // namespace windlass::replication_controller
