// The Pods that an update in place patches, one request at a time. Source: P-035, P-062,
// P-031…P-042, P-064.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Why a Pod was not patched, drained, or let back in this sync; null: none was refused.
const Error* RefusedOfPods(const Learned& learned);

// A Pod that was chosen (InPlace::next) gets the template it should have, after it was taken out of
// traffic where that is asked for; nullopt: none is, or all are waited for.
std::optional<Step> PatchNextPod(const Situation& situation);

// A drained Pod that is done, or is not to be patched any more, takes traffic again, whatever the
// Deployment asks for by now (P-051, P-076).
std::optional<Step> EndDrains(const Situation& situation);

// Pods with our readinessGate become Ready only when told so.
std::optional<Step> OpenGates(const Situation& situation);

// A failed Pod of a revision that is given up gets the host's template back (P-062).
std::optional<Step> RevertNextPod(const Situation& situation);

}  // namespace windlass::deployment
