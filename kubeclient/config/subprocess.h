// A program run to its end, its output read, within bounds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass {

// How much of a text that a program wrote is kept for a message of ours.
inline constexpr size_t kExecMessageBytesMax = 512;

struct Program {
  std::string path;                      // not looked up
  std::vector<std::string> args;         // without the program's name
  std::vector<std::string> environment;  // all of it, "NAME=value"
};

struct ProgramOutput {
  int exit_code = 0;     // 128 + N when signal N ended it
  std::string output;    // what it wrote to standard output
  std::string messages;  // what it wrote to standard error, cut at kExecMessageBytesMax
};

// Starts `program` with nothing to read, no signal blocked or ignored and none of our files open,
// and waits in the calling thread until it ends. It is killed, with all it has started in its
// process group, after `longest`, above `output_bytes_max`, and when `stop` becomes readable
// (kCancelled). kConfig otherwise, saying what went wrong but not which program; so too when this
// process ignores SIGCHLD, or reaps children elsewhere: then nobody knows how it ended.
Result<ProgramOutput> RunProgram(const Program& program, const Clock& clock, Duration longest,
                                 size_t output_bytes_max, int stop);

// A text of somebody else's for a message of ours: blanks and control characters in a row become
// one blank, none at either end, and what is beyond kExecMessageBytesMax is cut off.
std::string OneLine(std::string_view text);

}  // namespace windlass
