// completion: prints a script that lets a shell complete the words of kubectl windlass. kubectl's
// own completion runs the executable kubectl_complete-windlass from PATH. An installation with
// krew, or a copy of the binary alone, lacks this executable. So the script creates one in the
// user's cache directory, and appends that directory to PATH.
#include "cmd/kubectl-windlass/commands.h"

namespace windlass::cli {
namespace {

constexpr const char* kPosix = R"(# Adds kubectl windlass to kubectl's own completion:
#   source <(kubectl completion SHELL); source <(kubectl windlass completion SHELL)
if ! command -v kubectl_complete-windlass >/dev/null 2>&1; then
  _windlass_bin="${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-windlass/bin"
  [ -x "$_windlass_bin/kubectl_complete-windlass" ] || {
    mkdir -p "$_windlass_bin" &&
      printf '#!/bin/sh\nexec kubectl-windlass __complete "$@"\n' \
        >"$_windlass_bin/kubectl_complete-windlass" &&
      chmod +x "$_windlass_bin/kubectl_complete-windlass"
  }
  PATH="$PATH:$_windlass_bin"
  unset _windlass_bin
fi
)";

constexpr const char* kFish = R"(# Adds kubectl windlass to kubectl's own completion:
#   kubectl completion fish | source; kubectl windlass completion fish | source
if not command -q kubectl_complete-windlass
  set -q XDG_CACHE_HOME; and set -l windlass_cache $XDG_CACHE_HOME
  or set -l windlass_cache $HOME/.cache
  set -l windlass_bin $windlass_cache/kubectl-windlass/bin
  test -x $windlass_bin/kubectl_complete-windlass
  or begin
    mkdir -p $windlass_bin
    and printf '#!/bin/sh\nexec kubectl-windlass __complete "$@"\n' \
      >$windlass_bin/kubectl_complete-windlass
    and chmod +x $windlass_bin/kubectl_complete-windlass
  end
  set -gx PATH $PATH $windlass_bin
end
)";

}  // namespace

ExitCode RunCompletion(const Console& console, const CommandLine& line) {
  const bool known =
      line.arguments.size() == 1 &&
      (line.arguments[0] == "bash" || line.arguments[0] == "zsh" || line.arguments[0] == "fish");
  if (!known) {
    console.Error("name one shell: kubectl windlass completion bash, zsh or fish");
    return ExitCode::kUsage;
  }
  console.out(line.arguments[0] == "fish" ? kFish : kPosix);
  return ExitCode::kDone;
}

}  // namespace windlass::cli
