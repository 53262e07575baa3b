#include "controller/in_place/template/json_operations.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/workload/in_place_annotations.h"
#include "kubeclient/api/json_value.h"

namespace windlass::in_place {
namespace {

// Returns the JSON text with the same characters escaped that Go's encoder escapes: <, >, & and two
// line separators.
std::string EscapedAsByGo(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kEscaped[] = {
      {"<", R"(\u003c)"},
      {">", R"(\u003e)"},
      {"&", R"(\u0026)"},
      {"\xe2\x80\xa8", R"(\u2028)"},
      {"\xe2\x80\xa9", R"(\u2029)"}};
  std::string escaped;
  while (!text.empty()) {
    const auto found = std::ranges::find_if(
        kEscaped, [&](const auto& one) { return text.starts_with(one.first); });
    const bool plain = found == std::end(kEscaped);
    escaped += plain ? text.substr(0, 1) : found->second;
    text.remove_prefix(plain ? 1 : found->first.size());
  }
  return escaped;
}

void Add(const Json& operation, std::string& list) { list += DumpJson(operation) + ","; }

void Add(const char* op, const std::string& path, const Json& value, std::string& list) {
  Add({{"op", op}, {"path", path}, {"value", value}}, list);
}

}  // namespace

// For a test, the API server compares the JSON text in the patch with the JSON text of its own
// value, which Go's encoder wrote. Without the same escapes the test would never hold for an
// annotation that a user set to "<none>".
void Operations::Test(const std::string& path, const Json& value) {
  std::string test;
  Add("test", path, value, test);
  tests_ += EscapedAsByGo(test);
}

void Operations::Put(const std::string& path, const Json& value) {
  Add("add", path, value, changes_);
}

void Operations::Replace(const std::string& path, const Json& value) {
  Add("replace", path, value, changes_);
}

void Operations::Remove(const std::string& path) {
  Put(path, "");
  Add({{"op", "remove"}, {"path", path}}, changes_);
}

void Operations::ChangeMap(const std::string& path, bool exists, const TextChanges& changes) {
  Json map = Json::object();
  for (const auto& [key, value] : changes) {
    if (value) map[key] = *value;
    if (!exists) continue;
    const std::string place = path + PointerTo(key);
    if (value) {
      Put(place, *value);
    } else {
      Remove(place);
    }
  }
  if (exists) return;
  Test(path, nullptr);
  Put(path, map);
}

void Operations::TestState(bool annotations, const std::optional<std::string>& state) {
  if (!annotations) return;  // ChangeMap, if called, tests that the Pod still has none
  Test("/metadata/annotations" + PointerTo(kPodState), state ? Json(*state) : Json());
}

std::string Operations::Text() const {
  std::string text = "[" + tests_ + changes_;
  if (text.ends_with(',')) text.pop_back();
  return text + "]";
}

}  // namespace windlass::in_place
