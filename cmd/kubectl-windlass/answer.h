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

// Writes that a rollback which was asked for has no answer, and returns the exit code. `done`: what
// Windlass has not done, if Ctrl-C or --timeout ended the wait; `more` follows.
ExitCode TellUnanswered(const CommandContext& context, const Place& place,
                        const Result<std::optional<Json>>& answer, const std::string& done,
                        const std::string& more);

}  // namespace windlass::cli
