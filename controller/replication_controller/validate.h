// Checks what must be true before an update changes anything: no other object owns, scales, updates
// or would adopt the controllers and Pods of the update. Also warns about Services, which an update
// never changes.
#pragma once

#include <optional>
#include <vector>

#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Validate and the functions Refuse… return the step that refuses the update, or that asks the API
// server for facts which the check needs; nullopt if the update can go on. Call the functions of
// this file only if the old controller exists.

// Refuses
//   - a controller that another object owns, for example a DeploymentConfig (RC-16)
//   - a new controller that has the name of the old one (RC-4)
//   - before the first step, and not in a rollback: a controller that a HorizontalPodAutoscaler
//     scales (RC-16)
std::optional<Step> Validate(const Situation& situation);

// Refuses a new controller that does not match the spec any more (RC-5):
//   - its image is not spec.image
//   - spec.container, spec.imagePullPolicy or spec.controller was edited during the update
// Returns nullopt in a rollback, and while the new controller does not exist or is being deleted.
std::optional<Step> RefuseOtherContent(const Situation& situation);

// Refuses an update if another update of one of its two controllers is under way (RC-21). Example:
// A to B is refused while B to C, A to D, or C to A is under way. Each of the two updates would
// take the scalings of the other for scalings by another client, and would remove the other's
// annotations.
std::optional<Step> RefuseChain(const Situation& situation);

// Refuses a rollback that names the two controllers of an update the wrong way round. Example: web
// is updated to web-2, and the rollback would go from web to web-2. Call this only if the new
// controller exists.
std::optional<Step> RefuseSwapped(const Situation& situation);

// Refuses a rename that could not end, or would lose Pods (RC-14). `created` is the new controller
// as the API server has it, or as a dry run of its creation returned it. Either way its template
// has the API server's defaults, which make it larger. If the dry run showed nothing, `created`
// lacks these defaults.
//   - The journal of the rename, which has the template of `created`, is too large for an
//     annotation of the old controller. Example: a template of 270,000 bytes.
//   - Another ReplicationController or a ReplicaSet selects the new Pods. They have no owner for a
//     moment, so the other one would adopt them and delete its surplus. Example: web is updated to
//     web-2, which becomes web in the end. The new Pods have the label app=web, which a third
//     ReplicationController with 2 replicas selects. It would delete Pods until it has 2.
std::optional<Step> RefuseRename(const Situation& situation, const ReplicationController& created);

// Returns a Warning for each Service that will lose its Pods (RC-17): it selects the old Pods, but
// not the new ones. The Warning names those labels of the Service's selector that the new Pods
// lack, or have with another value. Call this only if both controllers exist.
OrStep<std::vector<Event>> WarnAboutServices(const Situation& situation);

}  // namespace windlass::replication_controller
