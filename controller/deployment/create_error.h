// What is told of a ReplicaSet that cannot be created. Source: D-175.
#pragma once

#include <optional>
#include <string>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// A status write whose outcome does not matter; nullopt when this sync made it already, or was
// refused one, whatever that said: times and counters go on while it is under way.
std::optional<Step> UnlessTried(const Situation& situation, Write write);

// First the status, in a write that leaves the generation unobserved and may fail; then the Warning
// and the error (D-175).
Step GiveUp(const Situation& situation, const std::string& name, const Error& error, Retry retry);

}  // namespace windlass::deployment
