// The rolling update of ReplicationControllers: from one view, the next step. Pure.
//
// The controller (controller/replication_controller/watch) takes the view from its caches, and the
// runtime executes the steps. A client may run the same update without a controller, as kubectl
// did. Then nothing survives the client but the annotations of the ReplicationControllers, which is
// enough to go on (RC-18). The client has to
//
//   1. make a ReplicationControllerUpdate that exists only in memory: JSON with metadata.name (the
//      old controller), metadata.namespace, metadata.generation 1, and spec; and decode it.
//   2. GET the old ReplicationController, then the one that NewNameOf names, and LIST the Pods of
//      the namespace that the selectors of both match (DecodePod, whole Pods).
//   3. call Next with an empty Learned, and execute the step:
//      - Write of resources::kReplicationControllerUpdates: apply the request's body to the JSON of
//        step 1 (it is a JSON merge patch), decode it again, and print the lines that are new:
//        status.line_count says how many there have been. Append OutcomeOf(write, Reply{json}).
//      - any other Write or Read: send the request, and append OutcomeOf(…, answer) to the Learned.
//        After a 409, a 404 or a reply that did not come: read everything again, with an empty
//        Learned.
//      - after a Write or Read that was answered: bring the view up to date (the reply to a write
//        is the object; after a creation or deletion GET again), and call Next with the Learned.
//      - Wait: after look_again_in, or the poll interval if that is shorter or there is none, begin
//        again at 2.
//      - Failed: report the error; after a pause begin again at 2, or give up.
//   4. end when status.phase is Succeeded or RolledBack, or, with status.message as the error,
//      Failed. To try again after Failed, begin at 1.
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
