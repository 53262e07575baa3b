// How a command changes an object that it has read.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json.h"

namespace windlass::cli {

// What a command writes into an object that it has read.
struct Change {
  Json patch;
  std::string done;       // for PrintDone; "": the command prints it later
  std::string warning{};  // printed after the write
};

// The object before and after a change.
struct Changed {
  Json before;
  Json after;
};

// Reads the object, and writes what `decide` returns for it. `decide` returns an exit code instead
// if it has written why there is nothing to do. If another client has changed the object meanwhile,
// the API server refuses the patch; then the object is read, and `decide` is asked, again. The
// patch of a Deployment does not check this, as kubectl's does not.
std::variant<ExitCode, Changed> WriteChange(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide);
// Calls WriteChange, and returns the exit code.
ExitCode ChangeWorkload(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide);

}  // namespace windlass::cli
