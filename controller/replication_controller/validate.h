// What must hold before an update changes anything: no other object owns, scales, updates or would
// adopt its controllers and Pods. And a warning about Services, which an update never changes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Each of these returns the step that refuses the update, or the step that asks what must be known
// first; nullopt if the update may go on. Requires that the old controller exists.

// Refuses
//   - a controller that another object owns, such as a DeploymentConfig: it is left alone (RC-16)
//   - a new controller that has the name of the old one (RC-4)
//   - before the first step: a controller that a HorizontalPodAutoscaler scales (RC-16)
std::optional<Step> Validate(const Situation& situation);

// Refuses a new controller that does not match the spec any more: it runs another image than
// spec.image, or spec.controller was edited during the update (RC-5). Refuses nothing in a
// rollback, nor while the new controller does not exist or is being deleted.
std::optional<Step> RefuseOtherContent(const Situation& situation);

// Refuses an update beside another one of the same controller: A to B beside B to C, A to D, or C
// to A (RC-21). Each update would take the other's scalings for scalings by another client, and
// would remove the other's annotations.
std::optional<Step> RefuseChain(const Situation& situation);

// Refuses a rollback of an update that goes the other way.
std::optional<Step> RefuseSwapped(const Situation& situation);

// Refuses a rename that could not end, or would lose Pods (RC-14):
//   - The journal of the rename, which has the template of `created`, the new controller, is too
//     large for an annotation of the old one. Example: a template of 270,000 bytes.
//   - Another ReplicationController or a ReplicaSet selects the new Pods. For a moment the new Pods
//     have no owner, so the other controller would adopt them and delete its surplus. Example: web
//     is updated to web-2, which becomes web in the end. other has 2 replicas and selects app=web,
//     which the Pods of all three have. It would adopt the 3 new Pods, and delete 3 of its 5.
std::optional<Step> RefuseRename(const Situation& situation, const ReplicationController& created);

// Returns a Warning for each Service that will lose its Pods: it selects a label whose value
// differs between the two controllers (RC-17). Requires source and target.
OrStep<std::vector<Event>> WarnAboutServices(const Situation& situation);

}  // namespace windlass::replication_controller
