// What is wrong with a command line, in our words: the library's own texts name neither the command
// nor what to write instead.
#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
class ParseError;
}  // namespace CLI

namespace windlass::cli {

// Returns one line about `error`, which the parser of `command` reported. `extras` are the
// arguments that it could not place, in any order; `arguments` all of them. Returns the library's
// own text for an error that is not known here.
std::string ParseErrorText(const CLI::ParseError& error, const CLI::App& command,
                           const std::vector<std::string>& extras,
                           const std::vector<std::string>& arguments);

}  // namespace windlass::cli
