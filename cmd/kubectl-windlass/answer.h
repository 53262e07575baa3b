// Waits until Windlass has answered the request that a command has written into an object.
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

// Reads the object at `place` repeatedly until `answered` returns true. Returns:
//   - the object for which `answered` returned true
//   - nullopt if kAnswerMax passes first
//   - an error if the session has ended, or a read fails (object deleted, for example)
Result<std::optional<Json>> WaitForAnswer(const CommandContext& context, const Place& place,
                                          const std::function<bool(const Json& object)>& answered);

// How a command withdraws its request for a rollback.
struct Withdrawal {
  // A JSON patch that withdraws the request. The API server refuses the patch if another client has
  // replaced the request.
  // Null if this command must not withdraw the request, because another client had already made the
  // same request.
  Json patch;
  std::string by_hand;  // the kubectl command with which a user withdraws the request
  std::string then{};   // printed after a successful withdrawal: the state of the object now
};

// Withdraws the request for a rollback, so that Windlass does not carry it out after the command
// has failed. `answer`, from WaitForAnswer, is nullopt or an error. Prints that the request was
// withdrawn, or why the rollback may still happen. Returns the exit code. Special cases:
//   - withdrawal.patch is null: withdraws nothing
//   - the object was deleted: prints only the NotFound error
ExitCode TellUnanswered(const CommandContext& context, const Place& place,
                        const Result<std::optional<Json>>& answer, const Withdrawal& withdrawal);

}  // namespace windlass::cli
