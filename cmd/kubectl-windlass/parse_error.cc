#include "cmd/kubectl-windlass/parse_error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace windlass::cli {
namespace {

// Splits "--revision = x" at the separator; nullopt if the text has none.
std::optional<std::pair<std::string, std::string>> SplitAt(const std::string& text,
                                                           std::string_view separator) {
  const size_t at = text.find(separator);
  if (at == text.npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + separator.size()));
}

// "status has no flag --frob"; "version takes no argument "web"".
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

// `what` is the library's "Could not convert: --revision = x".
std::optional<std::string> UnreadableText(const CLI::App& command, const std::string& what) {
  const auto rest = SplitAt(what, "Could not convert: ");
  const auto parts = rest ? SplitAt(rest->second, " = ") : std::nullopt;
  if (!parts) return std::nullopt;
  const auto& [flag, value] = *parts;
  const CLI::Option* option = command.get_option_no_throw(flag);
  if (option == nullptr) return std::nullopt;
  const bool takes_value = option->get_items_expected_max() > 0;
  return flag + ": '" + value + "' is " +
         (takes_value ? "no whole number" : "neither true nor false");
}

// `what` is "--timeout: 1 required TEXT:duration missing", or "--timeout: At Most 1 required but
// received 2".
std::optional<std::string> CountText(const std::string& what) {
  const auto parts = SplitAt(what, ": ");
  if (!parts) return std::nullopt;
  if (parts->second.ends_with(" missing")) return parts->first + " needs a value";
  if (parts->second.starts_with("At Most 1 ")) return parts->first + " may be given only once";
  return std::nullopt;
}

}  // namespace

std::string ParseErrorText(const CLI::ParseError& error, const CLI::App& command,
                           const std::vector<std::string>& extras,
                           const std::vector<std::string>& arguments) {
  const std::string what = error.what();
  std::optional<std::string> text;
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    text = UnexpectedText(command, extras, arguments);
  } else if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    text = UnreadableText(command, what);
  } else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    text = CountText(what);
  }
  return text.value_or(what);
}

}  // namespace windlass::cli
