// The Pods that an update in place patches, one request at a time. Source: in-place C.4, C.11,
// P-030 … P-042, P-064.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"
#include "controller/step.h"

namespace windlass::deployment {

// The Pod that was chosen (InPlace::next) gets the template it should have; nullopt: none is.
std::optional<Step> PatchNextPod(const Situation& situation);

// A failed Pod of a revision that is given up gets the host's template back (P-062).
std::optional<Step> RevertNextPod(const Situation& situation);

}  // namespace windlass::deployment
