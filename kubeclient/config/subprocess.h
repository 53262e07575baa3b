// Runs a program to its end and reads its output, within limits of time and size.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass {

// The most bytes of a program's output that one of our messages shows.
inline constexpr size_t kExecMessageBytesMax = 512;

struct Program {
  std::string path;                      // not looked up in PATH
  std::vector<std::string> args;         // without the program's name
  std::vector<std::string> environment;  // the whole environment, "NAME=value"
  // The program shares our standard input and standard error, and stays in our process group, so
  // that it may read from our terminal.
  bool interactive = false;
};

struct ProgramOutput {
  int exit_code = 0;   // 128 + N if signal N ended the program
  std::string output;  // what the program wrote to standard output
  // What the program wrote to standard error, cut at kExecMessageBytesMax. "" if the program is
  // interactive.
  std::string messages;
};

// Runs `program` and blocks the calling thread until the program ends. A program that is not
// interactive gets an empty standard input. The program inherits no blocked or ignored signal, and
// no open file except its three standard streams.
//
// Kills the program (if it is not interactive, its whole process group) and returns an error:
//   kCancelled  if the file descriptor `stop` becomes readable or is closed at its other end;
//   kConfig     if the program runs for `longest`, or writes more than `output_bytes_max`.
// Also returns kConfig if the program cannot be started, or if its exit code is lost because this
// process ignores SIGCHLD or reaps its children elsewhere. The message does not name the program.
Result<ProgramOutput> RunProgram(const Program& program, const Clock& clock, Duration longest,
                                 size_t output_bytes_max, int stop);

// Returns `text`, cut at kExecMessageBytesMax, as one line for a message of ours. Replaces every
// run of blanks and control characters by one blank, and drops such runs at the beginning and the
// end.
std::string OneLine(std::string_view text);

}  // namespace windlass
