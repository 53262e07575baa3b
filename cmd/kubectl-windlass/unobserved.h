// Warns that no controller looks at an object: its spec was changed a while ago, and its status is
// still that of the earlier spec. Everything else in the status is then out of date, too.
#pragma once

#include <string>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json_fields.h"

namespace windlass::cli {

// A change must be this old before the command warns that no controller has seen it. Usually a
// controller sees a change within a second.
inline constexpr seconds kUnobservedMax{10};

// Returns a text about the last change of `object` (its latest spec, or the promotion of a pause):
//   - no controller has seen the change: "Windlass has not seen the last change of rollout/a, so
//     its status is out of date"
//   - a condition says why the controller cannot begin, but may be about an earlier change: "it is
//     not known whether Windlass has seen …"
//   - otherwise: ""
std::string UnobservedText(const Json& object, const Place& place);

// Returns the condition that says why the controller does not carry out the latest spec, although
// the controller has seen it. This is the condition of WhyUnobserved, if that condition is
// certainly about the present generation. Otherwise returns null.
const Json* WhyNotCarriedOut(const Json& object);

// Returns the warning about a change that was not seen: `unobserved`, which is a text of
// UnobservedText, followed by what the user can check. Returns "" if `unobserved` is "".
std::string UnobservedWarning(const CommandContext& context, const Place& place,
                              const std::string& unobserved);

// Returns UnobservedText if the last change is at least kUnobservedMax old, and no condition says
// why it is not carried out; else "". metadata.managedFields says when the object was changed; if
// it is missing, returns "".
std::string OverdueText(const Json& object, const Place& place, WallTime now);

// Reads an object for a command. Warns as OverdueText says, and if the object is being deleted.
Result<Json> ReadWorkload(const CommandContext& context, const Place& place);

}  // namespace windlass::cli
