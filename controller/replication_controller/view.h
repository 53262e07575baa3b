// What one decision about a rolling update of ReplicationControllers is made from, and how to run
// such an update.
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

#include <string>
#include <vector>

#include "kubeclient/api/pod.h"
#include "kubeclient/api/replication_controller.h"
#include "kubeclient/api/replication_controller_update.h"

namespace windlass::replication_controller {

struct View {
  const ReplicationControllerUpdate& update;
  // The ReplicationController that has the update's name, and the one that NewNameOf names. Null if
  // there is none.
  const ReplicationController* old_controller = nullptr;
  const ReplicationController* new_controller = nullptr;
  // At least the Pods that one of the two owns. Others are ignored.
  std::vector<const Pod*> pods{};
};

// Returns the name of the new ReplicationController, in this order:
//   - as a run that has done its first step has resolved it
//   - of a rename that has begun: what its journal says
//   - spec.newName
//   - what the annotation next-controller-id of `old_controller` says
//   - with spec.image and not in a rollback: "<old>-" and a hash of what is to run
//   - "": it is not known
// `old_controller` may be null (RC-5).
std::string NewNameOf(const ReplicationControllerUpdate& update,
                      const ReplicationController* old_controller);

}  // namespace windlass::replication_controller
