// Waits for the answer of Windlass to what a command has written.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// How long a command waits for the answer of Windlass. Usually the answer comes within a second.
inline constexpr seconds kAnswerMax{30};

// Reads the object at `place` again and again until `answered` returns true for it, and returns
// that object. Returns nullopt if kAnswerMax passes first. Returns an error if a read fails, for
// example because the object was deleted, or if the session has ended.
Result<std::optional<Json>> WaitForAnswer(const CommandContext& context, const Place& place,
                                          const std::function<bool(const Json& object)>& answered);

// How a command withdraws its request for a rollback.
struct Withdrawal {
  // A JSON patch that withdraws the request; it fails if another client has replaced the request.
  // Null if another client had made the same request before: then the request stays.
  Json patch;
  std::string by_hand;  // the command with which a user withdraws the request
  std::string then{};   // printed after a successful withdrawal: in which state the object is now
};

// Withdraws a request for a rollback that Windlass has not answered. Otherwise Windlass could
// perform the rollback after the command has failed. Prints whether the request was withdrawn, and
// if not, that the rollback may still come. If the object was deleted, prints only the error that
// says so. Returns the exit code.
ExitCode TellUnanswered(const CommandContext& context, const Place& place,
                        const Result<std::optional<Json>>& answer, const Withdrawal& withdrawal);

}  // namespace windlass::cli
