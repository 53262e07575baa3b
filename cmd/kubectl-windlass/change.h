// Functions with which a command reads an object and patches it.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json.h"

namespace windlass::cli {

// The patch that a command sends for an object, and what the command prints afterwards.
struct Change {
  Json patch;
  std::string done;       // the text that PrintDone prints; if "", PrintDone is not called
  std::string warning{};  // printed after the write
};

// The object before and after a change.
struct Changed {
  Json before;
  Json after;
};

// Reads the object, calls `decide` with it, and sends the patch that `decide` returns. Returns:
//   - the object before and after the patch
//   - if there is nothing to change: the exit code that `decide` returns, after it has printed why
//   - after an error: its exit code, after WriteChange has printed the error
// The patch names the uid and the resourceVersion that were read. So the API server refuses the
// patch after a change by another client:
//   - the object was changed: reads and calls `decide` again, with kWritesMax tries in all
//   - the object was deleted and created again: gives up with an error
// Exception: like kubectl's patch, the patch of a Deployment has no uid and no resourceVersion.
std::variant<ExitCode, Changed> WriteChange(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide);
// Calls WriteChange. Returns kDone if the object was patched, else the exit code of WriteChange.
ExitCode ChangeWorkload(
    const CommandContext& context, const Place& place,
    const std::function<std::variant<ExitCode, Change>(const Json& object)>& decide);

}  // namespace windlass::cli
