// Plans the rolling update of ReplicationControllers: computes the next step from one view. Pure.
//
// UpdateController (controller/replication_controller/watch) takes the view from its caches, and
// the runtime executes the steps. A client, too, may run an update by itself, as kubectl did: its
// ReplicationControllerUpdate then exists only in the memory of the client. If such a client is
// killed, the annotations of the two ReplicationControllers are left, and another client can go on
// from them (RC-18). A client that runs an update
//   1. reads the view with GET and LIST
//   2. calls Next with an empty Learned
//   3. executes the step. A Write to the ReplicationControllerUpdate is a JSON merge patch, which
//      the client applies in memory
//   4. after any other Write or Read, brings the view up to date with the reply, and calls Next
//      with the outcome
//   5. begins again at 1 after a 409, a 404, a reply that did not come, a Wait or a Failed
//   6. ends when status.phase is Succeeded, RolledBack or Failed
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

Step Next(const View& view, const Learned& learned, WallTime now);

// Returns the patches that a new leader sends before it acts, so that a late scaling or deletion by
// the former leader fails (L-012). `term` identifies the new leader's term. The patches, one for
// each of the two controllers, are needed only if the run has not ended, and
//   - the status has a scaling, which perhaps has not been made yet
//   - or the run is at kStepCleanUp, so a deletion may be due
// Any other late write does no harm: the new leader first makes the same write, based on the same
// version, so only the first of the two to arrive succeeds.
std::vector<Request> FenceScaling(const View& view, std::string_view term);

// --- the phases. Next chooses one by the run's step, spec.rollback, the two controllers, and their
// annotations ---

// Returns the next step before the first scaling (RC-5 to RC-8, RC-12, RC-15):
//   - the new controller is found or created
//   - the size of the controller that is scaled down is noted
//   - kubectl's header line is stored: "Scaling up web-2 from 0 to 3, scaling down web from 3 to 0
//     (keep 3 pods available, don't exceed 4 pods)"
// Requires that the old controller exists. The last step stores kStepScale. Exception: a rollback
// without a new controller gives the old controller its size back, and ends the run.
Step Prepare(const Situation& situation);

// Returns the next step while the run's step is kStepScale; the last one stores kStepCleanUp.
// Requires that the old controller exists. Scales the target up as far as the surge allows. Then,
// spec.updatePeriod after the last scaling, scales the source down as far as availability allows
// (RC-10, RC-11).
//
// Each scaling takes two writes: first its line, size and time are stored in the status, then the
// controller is patched. So a crash between the two neither skips nor repeats a scaling (RC-18).
// After the patch, the time is stored anew, and spec.updatePeriod counts from it. A stored scaling
// that the Pods or the limits do not allow any more is dropped.
Step Roll(const Situation& situation);

// Returns the next step while the run's step is kStepCleanUp (RC-13). Deletes or keeps the
// controller that was scaled down, or lets it take the new controller's place (BeginRename). Then
// removes the annotations of the update. Requires that the old controller exists.
Step CleanUp(const Situation& situation);

// If a rollback is asked for and made already, returns the step that stores kStepCleanUp; otherwise
// nullopt. Requires the old controller. The rollback is made if
//   - the new controller is gone
//   - and the annotations of the old controller show that it has its size again. If a client ran
//     the rollback and was killed, only these annotations show that the rollback is made (RC-18)
std::optional<Step> FinishRollback(const Situation& situation);

// Returns the next step when the old controller is gone, or a user has deleted it and created
// another one of the same name. The update has succeeded if cleanup_forward() is kDelete, the new
// controller exists, and one of these holds:
//   - the new controller has its desired size
//   - the status says that clean-up has begun, not in a rollback
// Otherwise the update fails. After kNotFound, the update waits for the old controller.
Step WithoutOldController(const Situation& situation);

// --- a rename: the new controller takes the name of the old one ---
//
// The update can go on after a crash at any point, and no Pod is lost (RC-14):
//
//   1. an annotation of the old controller (kRenameJournal) and the status note the content of the
//      new controller
//   2. the new controller is deleted, and its Pods stay without an owner
//   3. one write gives the old controller the selector, template, size and labels of the new one,
//      and kube-controller-manager adopts the Pods. Before this write, three things must be true:
//      the new controller is gone, no Pod names it as owner, and the old controller has no Pods
//   4. when all Pods are adopted, the annotations are removed
//
// The old object stays, with its uid. kubectl deletes both and creates a third.

// Returns the next step of a rename whose new controller still exists: step 1 (note its content),
// or step 2 (delete it). Requires both controllers.
Step BeginRename(const Situation& situation);

// Returns the next step of a rename after step 2, up to the end of the run. spec.paused and
// spec.rollback have no effect meanwhile, because the new controller is gone and the rename cannot
// be undone.
// Returns nullopt if no rename is under way, if the new controller still exists, or if the old
// controller does not exist.
std::optional<Step> FinishRename(const Situation& situation);

}  // namespace windlass::replication_controller
