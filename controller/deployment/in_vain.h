// Patches that the server accepts and does not keep, as an admission webhook may have it: they must
// not hold up a rollout.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// A patch that leaves the size alone, unless this sync has sent it: then the server did not keep
// it. Where the server changes something else each time no two patches are the same, and their
// number decides; if it is a user who changes things, that is an event and begins another sync.
std::optional<Step> UnlessInVain(const Situation& situation, Write write);

}  // namespace windlass::deployment
