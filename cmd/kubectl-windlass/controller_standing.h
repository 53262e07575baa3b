// The Standing (progress and result) of a ReplicationController, and of its rolling update.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/standing.h"

namespace windlass::cli {

// Returns the Standing of a ReplicationController without an update: how many of its Pods are
// available.
Standing StandingOfController(const Json& controller);
// Returns the message for an update that has succeeded although a user asked for its rollback: why
// it was not rolled back, and how to go back now.
std::string NotRolledBackText(const Json& update);
// Returns the Standing of a ReplicationControllerUpdate. Its `updated` and `available` count the
// Pods of the controller that is scaled up: the new one or, in a rollback, the old one.
Standing StandingOfUpdate(const Json& update);

}  // namespace windlass::cli
