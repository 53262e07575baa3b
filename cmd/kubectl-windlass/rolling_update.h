// rolling-update: what a command line asks for, as the spec of a ReplicationControllerUpdate, and
// the two ways to carry it out.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/command_line.h"
#include "cmd/kubectl-windlass/commands.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// Returns what is wrong with the flags and arguments together, in kubectl 1.17's words and order
// (RC-2).
std::vector<std::string> ArgumentErrors(const CommandLine& line);

// Returns the ReplicationControllerUpdate that the command line asks for, with apiVersion, kind,
// metadata and spec. `controller`: the manifest of -f, or null. Returns kConfig if the manifest's
// namespace is another one than `namespace_` (RC-3).
Result<Json> UpdateOf(const CommandLine& line, const std::string& namespace_,
                      const Json& controller);

// Carries the update out in this program (--local): the planner of Windlass, and nothing else.
// With --dry-run=client, stops before the first write and prints what would be replaced by what.
ExitCode RunLocally(const CommandContext& context, const Json& update);

// Has Windlass carry it out: writes the update, and prints its lines until it ends. Ctrl-C ends
// only this program.
ExitCode RunInServer(const CommandContext& context, const Json& update);

}  // namespace windlass::cli
