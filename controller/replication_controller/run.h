// A run: one rolling update from validation to its end. A ReplicationControllerUpdate has one run
// after the other: a new one begins when its spec changes after the last one ended.
#pragma once

#include "kubeclient/api/replication_controller_update.h"

namespace windlass::replication_controller {

// Returns true if the status is of the present spec: Windlass has looked at it.
bool IsOfPresentSpec(const ReplicationControllerUpdate& update);

// Returns true if the run of the present spec has ended for good, so that nothing is left to do
// before the spec changes: it succeeded, was rolled back, timed out, or was refused before it
// changed anything (RC-20).
bool HasEnded(const ReplicationControllerUpdate& update);

// Returns true if the run of the present spec has ended because it was refused before it changed
// anything.
bool WasRefused(const ReplicationControllerUpdate& update);

// Returns the stored status, or, if a new run is due, what of it a new run goes on with: the lines,
// their number and the conditions; and, if the last one did not end, the target and the journal. A
// new run is due
//   - if the last one ended or failed, and the spec changed since
//   - if the last one ended, and was not for the present spec (Finish)
//   - if spec.rollback changed
//   - if spec.newName changed, but not while a rename is under way
// The new run is a rollout of its own, and counts those before it, unless it goes on after a
// failure. Example: a run that fails, one after an edit of spec.timeout, and the way back are
// rollouts 1, 1 and 2, so status.earlierRollouts is 0, 0 and 1.
ReplicationControllerUpdateStatus StatusOfRun(const ReplicationControllerUpdate& update);

}  // namespace windlass::replication_controller
