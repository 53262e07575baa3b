#include "cmd/kubectl-windlass/value_checks.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "kubeclient/base/duration.h"
#include "kubeclient/base/parse_whole.h"

namespace windlass::cli {
namespace {

bool IsCount(const std::string& text) {
  const auto number = ParseWhole<int32_t>(text);
  return number && *number >= 0;
}

}  // namespace

std::string CheckDuration(const std::string& text) {
  if (text == "0" || ParseDuration(text)) return "";
  return "'" + text + "' is not a duration; write for example 30s or 5m";
}

std::string CheckSeconds(const std::string& text) {
  if (IsCount(text)) return "";
  return "'" + text + "' is not a number of seconds; write 0 or more";
}

std::string CheckLimit(const std::string& text) {
  if (IsCount(text.ends_with('%') ? text.substr(0, text.size() - 1) : text)) return "";
  return "'" + text + "' is not a number of Pods; write for example 1 or 25%";
}

std::string CheckRevision(const std::string& text) {
  const auto number = ParseWhole<int64_t>(text);
  if (!number) return "'" + text + "' is not a whole number";
  return *number < 0 ? "a revision must be a positive integer: " + text : "";
}

std::string CheckOutput(const std::string& text) {
  if (text == "json" || text == "yaml" || text == "name") return "";
  return "'" + text +
         "' is not one of json, yaml, name; kubectl get has the others, such as jsonpath and "
         "custom-columns";
}

std::function<std::string(const std::string&)> OneOf(std::vector<std::string> words) {
  return [words = std::move(words)](const std::string& text) -> std::string {
    if (std::ranges::find(words, text) != words.end()) return "";
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
    return "'" + text + "' is not one of " + list;
  };
}

}  // namespace windlass::cli
