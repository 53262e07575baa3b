// The exit codes of kubectl-windlass. docs/kubectl-windlass.md says what each code means for each
// command.
#pragma once

#include <cstdint>

namespace windlass::cli {

enum class ExitCode : uint8_t {
  kDone = 0,    // done; for status: the rollout is complete
  kError = 1,   // any other error: no connection, no permission, object not found, or the
                // API server refused the request
  kFailed = 2,  // the rollout failed: stalled, or its progress deadline has passed
  // One of these three:
  //   - --timeout has passed
  //   - with --watch=false: the rollout is still progressing
  //   - Windlass has not answered an undo within kAnswerMax
  kTimeout = 3,
  kHeld = 4,          // the rollout waits for a person: paused, at a step, or at a partition
  kAborted = 5,       // the rollout is aborted, or another client rolls it back
  kSuperseded = 6,    // the revision is newer than --revision, or the object got another template
                      // while the command waited
  kOtherUpdate = 7,   // another request for the same object, such as an update or a rollback, is
                      // not carried out yet. The command did not touch that request
  kUsage = 64,        // a wrong argument, or the kind of object does not have the command
  kInterrupted = 130  // Ctrl-C
};

// Returns the number that the process ends with.
constexpr int Number(ExitCode code) { return static_cast<int>(code); }

}  // namespace windlass::cli
