// What is wrong with a command line, in words of this program: the texts of the library CLI11 name
// neither the command nor what to write instead.
#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
class ParseError;
}  // namespace CLI

namespace windlass::cli {

// Returns one line about `error`, which the parser of `command` reported. `extras` are the
// arguments that the parser could not place, in any order. `arguments` are all arguments. Returns
// the library's own text for an error that is not known here.
std::string ParseErrorText(const CLI::ParseError& error, const CLI::App& command,
                           const std::vector<std::string>& extras,
                           const std::vector<std::string>& arguments);

}  // namespace windlass::cli
