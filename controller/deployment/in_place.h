// Rollouts that patch running Pods instead of replacing them: stage, patch, exchange. Source:
// docs/design/009.
//
// The order within one sync: half an exchange is finished, annotations are mirrored, Pods that are
// done take traffic again, the host is sized, stand-ins are kept, then one Pod after the other is
// patched, then the exchange, then the status. Every answer is decided from what is stored.
//
// Who asks no more, or whose rollout replaces Pods, has Pods let back all the same, and is held up
// by none of it (in_place_leftovers.h).
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// The next step of a rollout in place, or of what has to be done before or after one; nullopt where
// the ordinary rollout is to go on. Never nullopt in phases staged, returning, committing, refused
// and unknown.
std::optional<Step> NextInPlace(const Situation& situation);

// The same for a paused Deployment: its size is kept and its Pods are watched, but none is patched
// (P-041).
std::optional<Step> NextInPlaceWhilePaused(const Situation& situation);

// `end` of a sync, or a failure if a write of it was refused and held up nothing: such a write is
// tried again after back-off. Not a patch of Pods whose next try has its time (P-036).
Step TryAgain(const Situation& situation, Step end);

}  // namespace windlass::deployment
