// Parses a command line, and lists the commands and flags that exist.
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

// A command or a flag, for completion. `name` is what the user types, such as "--namespace"; `text`
// says what the command or flag does.
struct Described {
  std::string name;
  std::string text;
};
std::vector<Described> Commands();
// Returns the command of that name; nullopt if there is none.
std::optional<CommandName> CommandOf(const std::string& word);
// Returns the flags of the command, and the flags that all commands share. Gives only long names:
// "--namespace", not "-n". If there is no such command, returns only the shared flags.
std::vector<Described> FlagsOf(const std::string& command);
// Returns true if the flag, such as "--context" or "-n", takes the next argument as its value.
bool TakesValue(const std::string& command, const std::string& flag);

}  // namespace windlass::cli
