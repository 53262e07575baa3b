// The warning that says what a command waits for, if the wait is long and no timeout of the rollout
// or update ends it. Without the warning, a user would not know why the command does not end. The
// command prints the warning with --timeout, too.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/commands.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

inline constexpr seconds kLongWait{10};

class LongWait {
 public:
  explicit LongWait(const CommandContext& context) : context_(context) {}

  // Prints a warning, once, when `message` has been the same for kLongWait. `message` says what the
  // command waits for; "" if it does not wait. The warning is `message`, or the result of `text`.
  // `text` may read from the cluster, so it is called only for the warning.
  void Look(std::string message, const std::function<std::string()>& text = nullptr);
  // Returns the time until Look would print the warning for the present message, if the message
  // stays the same. Returns nullopt if the warning was printed, or the message is "".
  std::optional<Duration> Next() const;

 private:
  const CommandContext& context_;
  std::string message_;
  MonotonicTime since_{};
  bool said_ = false;
};

}  // namespace windlass::cli
