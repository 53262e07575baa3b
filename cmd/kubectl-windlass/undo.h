// What undo does alike for Deployments and Rollouts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json_fields.h"

namespace windlass::cli {

// Returns an error text: the revision of --to-revision does not exist or, without --to-revision,
// there is no revision before the present one.
std::string NotThere(const CommandContext& context, const Place& place);

// Returns spec.template; an empty object if there is none.
Json PodTemplateOf(const Json& object);

// Prints the template that a rollback would bring back (--dry-run=client).
ExitCode PrintTemplate(const CommandContext& context, const Place& place, const Json& pod_template);

}  // namespace windlass::cli
