// Prints what a command waits for, if the wait is long, and no timeout of the rollout or update
// ends it. Otherwise a user would not know why the command does not end. Prints it with --timeout,
// too.
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

  // `message` is what the command waits for now; "" if the command waits for nothing. Prints
  // `message` as a warning, once, when it has been the same for kLongWait. If `text` is not null,
  // prints the result of `text` instead. Calls `text` only when it prints, because `text` may read
  // from the cluster.
  void Look(std::string message, const std::function<std::string()>& text = nullptr);
  // Returns how long it takes until Look would print the present message, if the message stays the
  // same; nullopt if there is nothing more to print.
  std::optional<Duration> Next() const;

 private:
  const CommandContext& context_;
  std::string message_;
  MonotonicTime since_{};
  bool said_ = false;
};

}  // namespace windlass::cli
