// Deployments that Windlass does not handle yet. They are left alone, with an event that says why
// and what to do, rather than handled wrongly: nothing of theirs is written.
//
// There is no memory behind the event (a status write would be one): it comes with every sync, and
// the event recorder merges what is the same.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"
#include "kubeclient/api/request.h"

namespace windlass::deployment {

// Paused Deployments. Not to be asked for a Deployment that is being deleted.
std::optional<Event> WhyLeftAlone(const Situation& situation);

}  // namespace windlass::deployment
