// Somebody else scales one of the two controllers during an update (RC-16). A size that is neither
// what the update set nor what it is about to change was set by somebody else: a user, or an
// autoscaler.
//
//   spec.onExternalScale
//   Pause     nothing is scaled until the size is put back, or another policy is chosen
//   Adopt     both sizes together are what is desired from now on
//   Override  the size is put back
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the controller that the update is about to scale: the size is stored, and the controller
// does not have it yet. Null if there is none.
const ReplicationController* PendingScale(const Situation& situation);
// Returns the size that the update has set, or is about to set.
int32_t ExpectedSize(const Situation& situation, const ReplicationController& controller);

// Returns what follows from a scaling by somebody else; nullopt if there was none. Requires that
// both controllers exist.
std::optional<Step> AnswerExternalScale(const Situation& situation);

}  // namespace windlass::replication_controller
