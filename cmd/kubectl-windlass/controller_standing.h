// Where a ReplicationController stands, and where its rolling update stands.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cmd/kubectl-windlass/json_fields.h"
#include "cmd/kubectl-windlass/standing.h"

namespace windlass::cli {

// Returns where a ReplicationController without an update stands: whether all its Pods are
// available.
Standing StandingOfController(const Json& controller);
// Returns why an update has succeeded although a rollback was asked for.
std::string NotRolledBackText(const Json& update);
// Returns where a ReplicationControllerUpdate stands. The Standing counts the Pods of the
// controller that is being scaled up.
Standing StandingOfUpdate(const Json& update);

}  // namespace windlass::cli
