// Every error text, in a pipe and in a terminal.
#include <set>
#include <utility>

#include "test/proves.h"
#include "test/support/folder.h"
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli::errors_test {
namespace {

void ReplaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

struct RowRan {
  Ran ran;
  size_t requests = 0;  // that the command sent
};

RowRan RunRow(const ErrorRow& row, bool terminal) {
  KubectlRun run;
  run.terminal = terminal;
  run.colour = terminal;
  if (row.prepare) row.prepare(run);
  Words arguments = row.arguments;
  const Folder folder;
  std::string path;
  if (row.file) {
    path = folder.Write(row.file->name, row.file->content);
    for (std::string& argument : arguments) {
      if (argument.ends_with(row.file->name)) {
        argument.replace(argument.size() - row.file->name.size(), argument.npos, path);
      }
    }
  }
  Ran ran = run.Run(arguments);
  if (row.file) ReplaceAll(ran.messages, path, row.file->name);
  return {std::move(ran), run.requests.size()};
}

bool HasEscapeCode(const Ran& ran) {
  return ran.out.find('\x1b') != std::string::npos ||
         ran.messages.find('\x1b') != std::string::npos;
}

TEST_CASE("Every error says the same in a pipe and in a terminal") {
  Proves("RC-2 RC-3");
  for (const ErrorSection& section : AllErrors()) {
    for (const ErrorRow& row : section.rows) {
      std::string command = "kubectl windlass";
      for (const std::string& argument : row.arguments) command += ' ' + argument;
      for (const bool terminal : {false, true}) {
        CAPTURE(section.title, command, terminal);
        const RowRan row_ran = RunRow(row, terminal);
        CHECK(row_ran.ran.code == row.code);
        CHECK(row_ran.ran.messages == row.text + '\n');
        if (!terminal) CHECK_FALSE(HasEscapeCode(row_ran.ran));
        // What is wrong with the command line is found before anything is sent.
        if (row.code == ExitCode::kUsage && !row.prepare) CHECK(row_ran.requests == 0);
      }
    }
  }
}

TEST_CASE("Every exit code is that of an error") {
  std::set<ExitCode> codes;
  for (const ErrorSection& section : AllErrors()) {
    for (const ErrorRow& row : section.rows) codes.insert(row.code);
  }
  for (const ExitCode code : {ExitCode::kError, ExitCode::kFailed, ExitCode::kTimeout,
                              ExitCode::kHeld, ExitCode::kAborted, ExitCode::kSuperseded,
                              ExitCode::kOtherUpdate, ExitCode::kUsage, ExitCode::kInterrupted}) {
    CAPTURE(Number(code));
    CHECK(codes.contains(code));
  }
}

}  // namespace
}  // namespace windlass::cli::errors_test
