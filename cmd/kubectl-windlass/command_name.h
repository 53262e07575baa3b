// The commands of kubectl-windlass, by name.
#pragma once

#include <cstdint>

namespace windlass::cli {

enum class CommandName : uint8_t {
  kHelp,  // CommandLine::help has the text
  kStatus,
  kHistory,
  kUndo,
  kPause,
  kResume,
  kRestart,
  kPromote,
  kAbort,
  kRetry,
  kGet,
  kVersion,
  kCompletion,
  kRollingUpdate,
};

}  // namespace windlass::cli
