// Plans the rolling update of ReplicationControllers: computes the next step from one view. Pure.
//
// The controller (controller/replication_controller/watch) takes the view from its caches, and the
// runtime executes the steps. A client may run the same update without a controller, as kubectl
// did, with a ReplicationControllerUpdate that exists only in memory. If such a client ends, only
// the annotations of the two ReplicationControllers are left, which is enough to go on (RC-18).
// Such a client
//   1. reads the view with GET and LIST
//   2. calls Next with an empty Learned
//   3. executes the step. A Write to the ReplicationControllerUpdate is a JSON merge patch, which
//      the client applies in memory
//   4. after any other Write or Read, brings the view up to date with the reply, and calls Next
//      with the outcome
//   5. begins again after a 409, a 404, a reply that did not come, a Wait or a Failed
//   6. ends when status.phase is Succeeded, RolledBack or Failed
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

Step Next(const View& view, const Learned& learned, WallTime now);

// Returns the patches that a new leader sends before it acts, so that a late scaling or deletion by
// the former leader fails (L-012). There is one patch for each of the two controllers
//   - if the status has a scaling, which perhaps has not been made yet
//   - if the update is at clean-up, where a deletion may be due
// Otherwise there is no patch, because every other late write of the former leader is harmless: the
// new leader first makes the same write, from the same version. `term` identifies the new leader's
// term.
std::vector<Request> FenceScaling(const View& view, std::string_view term);

// --- the phases. Next chooses one by the run's step, and by which of the two controllers exist ---

// Returns the next step before the first scaling (RC-5 to RC-8, RC-12, RC-15):
//   - the new controller is found or created
//   - the size of the controller that is scaled down is noted
//   - kubectl's header line is stored: "Scaling up web-2 from 0 to 3, scaling down web from 3 to 0
//     (keep 3 pods available, don't exceed 4 pods)"
// Requires that the old controller exists. The last step stores kStepScale. Exception: a rollback
// without a new controller gives the old controller its size back, and ends the run.
Step Prepare(const Situation& situation);

// Returns the next step while the run's step is kStepScale: scales the target up as far as the
// surge allows; then, spec.updatePeriod after the last scaling, scales the source down as far as
// availability allows (RC-10, RC-11). Requires that the old controller exists. The last step stores
// kStepCleanUp.
//
// Each scaling is stored before it is made: the line, the size and the time go into the status, and
// then the controller is patched. So a crash between the two writes neither skips nor repeats a
// scaling (RC-18). The period counts from the stored time, which is stored anew after the patch. A
// stored scaling is dropped if the Pods or the limits do not allow it any more.
Step Roll(const Situation& situation);

// Returns the next step while the run's step is kStepCleanUp. The controller that was scaled down
// is deleted, is kept, or takes the new controller's place (BeginRename); then the annotations of
// the update are removed (RC-13). Requires that the old controller exists.
Step CleanUp(const Situation& situation);

// Returns the step that moves a rollback on to kStepCleanUp. It is due if the new controller is
// gone and the old one has its size again, as the annotations of the old controller show. If the
// client that made the rollback has ended, nothing else shows this (RC-18). Returns nullopt if that
// step is not due. Requires the old controller.
std::optional<Step> FinishRollback(const Situation& situation);

// Returns the next step when the old controller is gone, or a user has made it anew. The update has
// succeeded, even if a user deleted the old controller, if
//   - cleanup_forward() is kDelete, and the new controller exists
//   - and the new controller has its desired size, or clean-up had begun without a rollback
// Otherwise the update fails.
Step WithoutOldController(const Situation& situation);

// --- a rename: the new controller takes the name of the old one ---
//
// The update can go on after a crash at any point, and no Pod is lost (RC-14):
//
//   1. an annotation of the old controller (kRenameJournal) and the status note the content of the
//      new controller
//   2. the new controller is deleted, its Pods stay without an owner
//   3. when the new controller is gone, no Pod names it as owner any more and the old controller
//      has no Pods, one write turns the old controller into the new one; kube-controller-manager
//      adopts the Pods
//   4. when all Pods are adopted, the annotations are removed
//
// The old object stays, with its uid. kubectl deletes both and creates a third.

// Returns the next of steps 1 and 2. Requires both controllers.
Step BeginRename(const Situation& situation);

// If a rename is under way and the new controller is gone, as after step 2, returns step 3, step 4
// or the end of the run. Returns nullopt otherwise. Once the new controller is gone, there is no
// way back: neither a pause nor a rollback is heeded before the end.
std::optional<Step> FinishRename(const Situation& situation);

}  // namespace windlass::replication_controller
