// Where a rollout stands, and whether and how it ends, judged by the stored object alone. `status`
// and the table of `get` print it. Kind::standing (kind.h) is the function that fills in a
// Standing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/exit_code.h"

namespace windlass::cli {

struct Standing {
  std::string sentence;            // one line; "" if only `why` is printed
  std::optional<ExitCode> ends{};  // nullopt: the rollout goes on by itself
  // If `ends` is set, and not kDone: what is wrong, or what the rollout waits for; and what to do.
  std::string why{};
  std::string phase{};   // Progressing, Paused, Healthy, Stalled, Aborted or RolledBack
  std::string reason{};  // in a few words, for a table; "" if there is nothing to say
  int64_t desired = 0;
  std::optional<int64_t> updated{};  // nullopt: a ReplicationController without an update
  int64_t available = 0;
  int64_t revision = 0;         // 0: not known
  bool quotes_message = false;  // `sentence` or `why` contains status.message of a Rollout
};

}  // namespace windlass::cli
