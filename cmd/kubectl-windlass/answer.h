// Waits for the answer of Windlass to what a command has written.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "cmd/kubectl-windlass/commands.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// How long Windlass has to answer. It does within a second.
inline constexpr seconds kAnswerMax{30};

// Reads the object until `answered` returns true for it, and returns it then; nullopt after
// kAnswerMax. Returns an error if the object is deleted meanwhile.
Result<std::optional<Json>> WaitForAnswer(const CommandContext& context, const Place& place,
                                          const std::function<bool(const Json& object)>& answered);

// Takes a rollback away again that was asked for and has no answer, with the JSON patch
// `withdrawal`, which tests that nothing else has changed since. Writes that, or, if it does not
// succeed, that Windlass may still answer, and that the command `by_hand` takes the request away.
// Returns the exit code.
ExitCode TellUnanswered(const CommandContext& context, const Place& place,
                        const Result<std::optional<Json>>& answer, const Json& withdrawal,
                        const std::string& by_hand);

}  // namespace windlass::cli
