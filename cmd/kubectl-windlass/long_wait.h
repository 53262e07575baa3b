// Says what a command waits for, if that takes long and no timeout ends it. Otherwise the command
// would hang without saying why.
#pragma once

#include <optional>
#include <string>

#include "cmd/kubectl-windlass/commands.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

inline constexpr seconds kLongWait{10};

class LongWait {
 public:
  explicit LongWait(const CommandContext& context) : context_(context) {}

  // `message`: what the command waits for now; "" if it waits for nothing. Prints the message as a
  // warning, once, when it has been the same for kLongWait.
  void Look(std::string message);
  // Returns how long it is until Look has something to say if the message stays as it is; nullopt
  // if it will have nothing to say.
  std::optional<Duration> Next() const;

 private:
  const CommandContext& context_;
  std::string message_;
  MonotonicTime since_{};
  bool said_ = false;
};

}  // namespace windlass::cli
