// A run: one rolling update from validation to its end, and what it is for. An update object has
// one run after the other: a new one begins when its spec changes after the last one ended.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/api/replication_controller.h"
#include "kubeclient/api/replication_controller_update.h"

namespace windlass::replication_controller {

// Returns true if the status is of the present spec: Windlass has looked at it.
bool IsOfPresentSpec(const ReplicationControllerUpdate& update);

// Returns true if nothing is left to do before the spec changes: the run of the present spec
// succeeded, was rolled back, timed out, lost its old controller on the way, or was refused before
// it changed anything (RC-20).
bool HasEnded(const ReplicationControllerUpdate& update);

// Returns the stored status, or, if a new run is due, what of it a new run goes on with: the lines
// and conditions; and, if the last one did not end, target and journal. A new run is due if the
// last one ended or failed and the spec changed since, also if Finish saw that already; and if
// spec.rollback or, unless a rename is under way, spec.newName changed. The new run is a rollout of
// its own unless it goes on after a failure. Example: a run that fails, one after an edit of
// spec.timeout, and the way back are rollouts 1, 1 and 2, so status.earlierRollouts is 0, 0 and 1.
ReplicationControllerUpdateStatus StatusOfRun(const ReplicationControllerUpdate& update);

// --- what a run is for: which new controller, and what that is made of ---

// Returns what status.target keeps of it, to tell the run from one of an edited spec:
// "<spec.newName>/<hash of image, container, imagePullPolicy and controller>". Example: "web-2/"
// for a new controller that exists.
std::string TargetOf(const ReplicationControllerUpdateSpec& spec);

// Returns true if both say what the new controller is made of, and not the same.
bool HasOtherContent(const ReplicationControllerUpdateSpec& spec, std::string_view target);
// The same; or if the spec names another new controller than the run began with, if with any.
bool IsForOther(const ReplicationControllerUpdateSpec& spec, std::string_view target);

// Returns a label value of 32 hexadecimal digits for the Pods that `controller` makes of its
// present template, with `image` in place of the container's if it is not empty.
std::string HashOf(const ReplicationController& controller, std::string_view key,
                   std::string_view image);

// Returns true if `name` is "<old>-" and such a value: nobody has given it.
bool IsMadeUp(std::string_view name, std::string_view old_name);

// Returns the name of the new ReplicationController: as the first step of the run has resolved it;
// else that of a rename that has begun, spec.newName, the annotation next-controller-id of
// `old_controller`, in a rollback, or in a run that is turned, the source that `old_controller`
// names, in a rollback what the status says, and otherwise, with spec.image, "<old>-" and a hash of
// what is to run. "" if it is not known. `old_controller` may be null (RC-5).
std::string NewNameOf(const ReplicationControllerUpdate& update,
                      const ReplicationController* old_controller);

}  // namespace windlass::replication_controller
