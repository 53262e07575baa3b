// Waits for the answer of Windlass to what a command has written.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// How long Windlass has to answer. It does within a second.
inline constexpr seconds kAnswerMax{30};

// Reads the object until `answered` returns true for it, and returns it then; nullopt after
// kAnswerMax. Returns an error if the object is deleted meanwhile.
Result<std::optional<Json>> WaitForAnswer(const CommandContext& context, const Place& place,
                                          const std::function<bool(const Json& object)>& answered);

// How a rollback that was asked for is taken away again.
struct Withdrawal {
  // A JSON patch that tests that the request is still the one of this command. Null: somebody else
  // has asked for the same before, so it stays.
  Json patch;
  std::string by_hand;  // the command that does it
  std::string then{};   // what follows besides: a sentence
};

// Withdraws a rollback that has no answer, so that it does not come after the command has failed.
// Writes that, or, if it does not succeed, that Windlass may still answer. Returns the exit code.
ExitCode TellUnanswered(const CommandContext& context, const Place& place,
                        const Result<std::optional<Json>>& answer, const Withdrawal& withdrawal);

}  // namespace windlass::cli
