// Warns that no controller looks at an object: its spec was changed a while ago, and its status is
// still that of the spec before. Then everything else in the status is out of date.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cmd/kubectl-windlass/commands.h"

namespace windlass::cli {

// A controller sees a change within a second.
inline constexpr seconds kUnobservedMax{10};

// Returns what to check if the controller has not seen the latest spec; "" if it has, or if a
// condition says why it cannot begin with that spec.
std::string UnobservedText(const Json& object, const Place& place);

// Returns the same if the controller has not seen the latest spec for kUnobservedMax; else "".
// metadata.managedFields says when the spec changed; without them, returns "".
std::string OverdueText(const Json& object, const Place& place, WallTime now);

// Reads an object for a command. Warns as OverdueText says, and if the object is being deleted.
Result<Json> ReadWorkload(const CommandContext& context, const Place& place);

}  // namespace windlass::cli
