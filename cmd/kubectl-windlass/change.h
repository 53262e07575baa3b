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
  std::string done;       // text for PrintDone, which is not called if the text is ""
  std::string warning{};  // printed after the write
};

// The object before and after a change.
struct Changed {
  Json before;
  Json after;
};

// Reads the object, calls `decide`, and sends the patch that `decide` returns. If there is nothing
// to do, `decide` prints why, and returns the exit code of the command. If another client has
// changed the object since the read, the API server refuses the patch, and everything is done
// again, kWritesMax times at most. Exception: the patch of a Deployment has no resourceVersion,
// like kubectl's, so it is not refused for that reason.
std::variant<ExitCode, Changed> WriteChange(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide);
// Calls WriteChange, and returns the exit code.
ExitCode ChangeWorkload(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide);

}  // namespace windlass::cli
