// What must hold before an update touches anything: nobody else owns, scales, updates or would
// adopt what it works on. And a warning about Services, which an update never touches.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Each of these returns the step that refuses the update, or that asks what has to be known;
// nullopt if the update may go on. Requires that the old controller exists.

// Refuses
//   - a controller that another object owns, such as a DeploymentConfig: it is left alone (RC-16)
//   - a new controller that has the name of the old one (RC-4)
//   - before the first step: a controller that a HorizontalPodAutoscaler scales (RC-16)
std::optional<Step> Validate(const Situation& situation);

// Refuses a new controller that was made of something else than the spec says now: it runs another
// image than spec.image, or spec.controller was edited on the way (RC-5). Not in a rollback, and
// not while the new controller does not exist or is being deleted.
std::optional<Step> RefuseOtherContent(const Situation& situation);

// Refuses an update beside another one of the same controller: A to B beside B to C, A to D, or C
// to A (RC-21). Each would take the other's scalings for those of somebody else, and would remove
// the other's annotations.
std::optional<Step> RefuseChain(const Situation& situation);

// Refuses a rollback of an update that goes the other way.
std::optional<Step> RefuseSwapped(const Situation& situation);

// Refuses a rename that could not end, or would lose Pods (RC-14):
//   - The journal of the rename, which has the template of `created`, the new controller, is too
//     large for an annotation of the old one. Example: a template of 270,000 bytes.
//   - Another ReplicationController or a ReplicaSet selects the new Pods. For a moment these have
//     no owner, so that one would adopt them, and delete what it has too many. Example: web is
//     updated to web-2, which becomes web in the end. other has 2 replicas and selects app=web,
//     which the Pods of all three have. It would adopt the 3 new Pods, and delete 3 of its 5.
std::optional<Step> RefuseRename(const Situation& situation, const ReplicationController& created);

// Returns a Warning for each Service that will lose its Pods: it selects a label whose value
// differs between the two controllers (RC-17). Requires source and target.
OrStep<std::vector<Event>> WarnAboutServices(const Situation& situation);

}  // namespace windlass::replication_controller
