// Says that nobody looks at an object: its spec was changed a while ago, and its status is still
// that of the spec before. Then everything else that the status says is of the past.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cmd/kubectl-windlass/commands.h"

namespace windlass::cli {

// A controller sees a change within a second.
inline constexpr seconds kUnobservedMax{10};

// Returns what to check if the controller has not seen the latest spec.
std::string UnobservedText(const Json& object, const Place& place);

// Returns the same if the latest spec has not been seen for kUnobservedMax; else "". The time of
// the change is what metadata.managedFields says; without them nothing is said.
std::string OverdueText(const Json& object, const Place& place, WallTime now);

// Reads an object for a command. Warns if the latest spec has not been seen for kUnobservedMax, and
// if the object is being deleted.
Result<Json> ReadWorkload(const CommandContext& context, const Place& place);

}  // namespace windlass::cli
