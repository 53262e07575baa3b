// The rolling update of ReplicationControllers: from one view, the next step. Pure.
//
// The controller (controller/replication_controller/watch) takes the view from its caches, and the
// runtime executes the steps. A client may run the same update without a controller, as kubectl
// did, with a ReplicationControllerUpdate that exists only in memory. Then nothing survives the
// client but the annotations of the ReplicationControllers, which is enough to go on (RC-18). The
// client reads the view with GET and LIST, calls Next with an empty Learned, and executes the step:
//
//   - Write of resources::kReplicationControllerUpdates: it applies the body, a JSON merge patch,
//   to
//     the update in memory. status.line_count says how many lines are new.
//   - any other Write or Read: it sends the request, brings the view up to date with the reply, and
//     calls Next with the outcome. After a 409, a 404 or a reply that did not come, it begins
//     again.
//   - Wait, Failed: it begins again later.
//
// The update has ended when status.phase is Succeeded, RolledBack or Failed.
#pragma once

#include <string_view>
#include <vector>

#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

Step Next(const View& view, const Learned& learned, WallTime now);

// Returns what a new leader writes before it acts, so that a late scaling or deletion of the former
// leader fails (L-012): a patch of each of the two controllers, if a scaling is stored that was not
// made yet, or a deletion is due. The new leader may find that it is not any more. `term`
// identifies its term. Every other effect of an update is harmless when it comes late: it is made
// from the version that the new leader goes on from, and it is what the new leader makes first.
std::vector<Request> FenceScaling(const View& view, std::string_view term);

}  // namespace windlass::replication_controller
