// Where a rollout stands, from the stored object alone: what `status` and the table of `get` print,
// and whether and how the rollout ends. kind.h finds the function of a kind that fills it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/exit_code.h"

namespace windlass::cli {

struct Standing {
  std::string sentence;            // one line; "" if only `why` is printed
  std::optional<ExitCode> ends{};  // nullopt: it goes on by itself
  // For an end other than kDone: what is wrong or what it waits for, and what to do.
  std::string why{};
  std::string phase{};   // Progressing, Paused, Healthy, Stalled, Aborted or RolledBack
  std::string reason{};  // in a few words, for a table; "" if there is nothing to say
  int64_t desired = 0;
  std::optional<int64_t> updated{};  // nullopt: the object is not about old and new Pods
  int64_t available = 0;
  int64_t revision = 0;  // 0: not known
};

}  // namespace windlass::cli
