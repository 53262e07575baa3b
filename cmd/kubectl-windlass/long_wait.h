// Says what a rolling update waits for, if that takes long. While an update prepares or cleans up,
// and while one of its controllers is being deleted, no timeout ends it: a command would hang
// without saying why.
#pragma once

#include <optional>
#include <string>

#include "cmd/kubectl-windlass/commands.h"
#include "cmd/kubectl-windlass/json_fields.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

class LongWait {
 public:
  explicit LongWait(const CommandContext& context) : context_(context) {}

  // Prints the message of the update's status, once, if it has been the same for ten seconds.
  void Look(const Json& update);
  // Returns how long it is until Look has something to say if the update stays as it is; nullopt if
  // it will have nothing to say.
  std::optional<Duration> Next() const;

 private:
  const CommandContext& context_;
  std::string message_;  // what is waited for; "" while nothing is
  MonotonicTime since_{};
  bool said_ = false;
};

}  // namespace windlass::cli
