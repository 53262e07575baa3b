#include "cmd/kubectl-windlass/parse_error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace windlass::cli {
namespace {

// Returns "status has no flag --frob" or "version takes no argument "web"".
std::optional<std::string> UnexpectedText(const CLI::App& command,
                                          const std::vector<std::string>& extras,
                                          const std::vector<std::string>& arguments) {
  const auto first = std::ranges::find_if(arguments, [&](const std::string& argument) {
    return std::ranges::find(extras, argument) != extras.end();
  });
  if (first == arguments.end()) return std::nullopt;
  if (first->starts_with('-')) return command.get_name() + " has no flag " + *first;
  return command.get_name() + " takes no argument \"" + *first + '"';
}

// Returns the option of the command, or of all commands, that is called `flag`; null if there is
// none.
const CLI::Option* FindOption(const CLI::App& command, const std::string& flag) {
  const CLI::Option* option = command.get_option_no_throw(flag);
  return option != nullptr ? option : command.get_parent()->get_option_no_throw(flag);
}

bool TakesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// Returns "--watch: 'maybe' is neither true nor false"; nullopt if there is no such argument.
std::optional<std::string> NoTruthText(const CLI::App& command,
                                       const std::vector<std::string>& arguments) {
  static const std::set<std::string_view> kTruths = {"true", "false", "1",  "0",
                                                     "yes",  "no",    "on", "off"};
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    if (!argument.starts_with('-') || equals == argument.npos) continue;
    const std::string flag = argument.substr(0, equals);
    const std::string value = argument.substr(equals + 1);
    const CLI::Option* option = FindOption(command, flag);
    if (option == nullptr || TakesValue(*option) || kTruths.contains(value)) continue;
    return flag + ": '" + value + "' is neither true nor false";
  }
  return std::nullopt;
}

// Returns "--timeout needs a value"; nullopt if each flag that needs a value has one.
std::optional<std::string> NoValueText(const CLI::App& command,
                                       const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& flag = arguments[i];
    const CLI::Option* option = flag.starts_with('-') ? FindOption(command, flag) : nullptr;
    if (option == nullptr || !TakesValue(*option)) continue;
    if (i + 1 == arguments.size()) return flag + " needs a value";
    ++i;
  }
  return std::nullopt;
}

}  // namespace

std::string ParseErrorText(const CLI::ParseError& error, const CLI::App& command,
                           const std::vector<std::string>& extras,
                           const std::vector<std::string>& arguments) {
  std::optional<std::string> text;
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    text = UnexpectedText(command, extras, arguments);
  } else if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    text = NoTruthText(command, arguments);
  } else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    text = NoValueText(command, arguments);
  }
  return text.value_or(error.what());
}

}  // namespace windlass::cli
