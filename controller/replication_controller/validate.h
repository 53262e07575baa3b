// What must hold before an update touches anything: nobody else owns or scales the controllers.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the step that refuses the update, or that asks what has to be known; nullopt if it may go
// on. Requires that the old controller exists. Refused are
//   - a controller that another object owns, such as a DeploymentConfig: it is left alone (RC-16)
//   - a new controller that has the name of the old one (RC-4)
//   - before the first step: an old or new controller that a HorizontalPodAutoscaler scales
//     (RC-16). A client without the right to list them goes on.
std::optional<Step> Validate(const Situation& situation);

// Returns the refusal of a new controller that was made of something else than the spec says now:
// it runs another image than spec.image, or spec.controller was edited on the way (RC-5). nullopt
// in a rollback, and while the new controller does not exist or is being deleted.
std::optional<Step> RefuseOtherContent(const Situation& situation);

}  // namespace windlass::replication_controller
