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
  std::string warning{};  // said when it is written
};

// The object before and after a change.
struct Changed {
  Json before;
  Json after;
};

// Reads the object, and writes what `decide` returns for it. `decide` returns the exit code if it
// has written why nothing is to be done. Of anything but a Deployment, nothing is overwritten that
// somebody else has written meanwhile: then the object is read again, and `decide` is asked again.
std::variant<ExitCode, Changed> WriteChange(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide);
// Does so, and returns the exit code.
ExitCode ChangeWorkload(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide);

}  // namespace windlass::cli
