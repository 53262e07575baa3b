// The exit codes of kubectl-windlass, by cause. docs/kubectl-windlass.md says what each code means
// for each command.
#pragma once

#include <cstdint>

namespace windlass::cli {

enum class ExitCode : uint8_t {
  kDone = 0,          // done; for status: the rollout is complete
  kError = 1,         // no connection, a right is missing, not found, refused by the API server
  kFailed = 2,        // the rollout failed: stalled, or its progress deadline has passed
  kTimeout = 3,       // --timeout has passed; or, with --watch=false, the rollout goes on
  kHeld = 4,          // the rollout waits for a person: paused, at a step, or at a partition
  kAborted = 5,       // the rollout was aborted or rolled back
  kSuperseded = 6,    // a newer revision came while the command waited
  kOtherUpdate = 7,   // another update of the same object is under way, and was left alone
  kUsage = 64,        // a wrong argument, or a verb that the kind does not have
  kInterrupted = 130  // Ctrl-C
};

// Returns the number that the process ends with.
constexpr int Number(ExitCode code) { return static_cast<int>(code); }

}  // namespace windlass::cli
