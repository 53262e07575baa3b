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
#include <string>

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

// Returns the pause because somebody else has scaled `scaled`, which had `expected` replicas.
Step PauseForScale(const Situation& situation, const ReplicationController& scaled,
                   int32_t expected);

// Returns what follows from a scaling of the old controller by somebody else while it is about to
// become what the deleted controller `new_name` was: it would leave its own Pods without an owner.
// There is nothing to add up any more, so Adopt is as Pause. nullopt if it has no replicas.
std::optional<Step> AnswerScaleBeforeRename(const Situation& situation,
                                            const std::string& new_name);

}  // namespace windlass::replication_controller
