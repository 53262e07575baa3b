// Waits for the answer of Windlass to what a command has written.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// How long a command waits for the answer. Windlass answers within a second.
inline constexpr seconds kAnswerMax{30};

// Reads the object until `answered` returns true for it, and returns it then; nullopt after
// kAnswerMax. Returns an error if the object is deleted meanwhile.
Result<std::optional<Json>> WaitForAnswer(const CommandContext& context, const Place& place,
                                          const std::function<bool(const Json& object)>& answered);

// How a command withdraws its request for a rollback.
struct Withdrawal {
  // A JSON patch that tests that the request is still the one of this command. Null: another client
  // had asked for the same before, so the request stays.
  Json patch;
  std::string by_hand;  // the command that does it
  std::string then{};   // a sentence about what else follows
};

// Withdraws a request for a rollback that Windlass has not answered, so that no rollback comes
// after the command has failed. Writes that the request is withdrawn or, if that fails, that the
// rollback may still come. Returns the exit code.
ExitCode TellUnanswered(const CommandContext& context, const Place& place,
                        const Result<std::optional<Json>>& answer, const Withdrawal& withdrawal);

}  // namespace windlass::cli
