#include "cmd/kubectl-windlass/commands.h"

namespace windlass::cli {

ExitCode RunRollingUpdate(const CommandContext& context) {
  return Usage(context, "rolling-update is not there yet");
}

}  // namespace windlass::cli
