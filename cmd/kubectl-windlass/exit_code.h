// The exit codes of kubectl-windlass, by cause. docs/kubectl-windlass.md says what each code means
// for each command.
#pragma once

#include <cstdint>

namespace windlass::cli {

enum class ExitCode : uint8_t {
  kDone = 0,          // done; for status: the rollout is complete
  kError = 1,         // no connection, a right is missing, not found, refused by the API server
  kFailed = 2,        // the rollout failed: stalled, or its progress deadline has passed
  kTimeout = 3,       // --timeout has passed; with --watch=false, the rollout goes on; or Windlass
                      // has not answered an undo within kAnswerMax
  kHeld = 4,          // the rollout waits for a person: paused, at a step, or at a partition
  kAborted = 5,       // the rollout was aborted or rolled back
  kSuperseded = 6,    // the revision is newer than --revision, or a newer one came while waiting
  kOtherUpdate = 7,   // another request for the same object, such as an update or a rollback, is
                      // not carried out yet, and was left alone
  kUsage = 64,        // a wrong argument, or a verb that the kind does not have
  kInterrupted = 130  // Ctrl-C
};

// Returns the number that the process ends with.
constexpr int Number(ExitCode code) { return static_cast<int>(code); }

}  // namespace windlass::cli
