// Reads a command line, and says what commands and flags there are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/command_line.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// Parses `arguments`, which do not contain the program's name. If an argument is wrong, returns
// kConfig with one line that says what is wrong: "get has no flag --frob; see kubectl windlass
// --help".
Result<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments);

// A command or a flag, for completion: what is typed, and what it does.
struct Described {
  std::string name;
  std::string text;
};
std::vector<Described> Commands();
// Returns the command of that name; nullopt if there is none.
std::optional<CommandName> CommandOf(const std::string& word);
// Returns the flags of a command and the common flags by their long names, such as "--namespace"
// but not "-n"; only the common flags if there is no such command.
std::vector<Described> FlagsOf(const std::string& command);
// Returns true if the flag, such as "--context" or "-n", takes the next argument as its value.
bool TakesValue(const std::string& command, const std::string& flag);

}  // namespace windlass::cli
