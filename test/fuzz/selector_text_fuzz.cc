// A label selector as users write it on the first line, labels on the second. What is read of it,
// the model of the API server reads of it as well; and of the query that is made of it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/selector_text.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/client/paths.h"
#include "test/fuzz/input.h"
#include "test/fuzz/json_text.h"
#include "test/sim/api_selector.h"

namespace windlass::fuzz {
namespace {

using nlohmann::json;

// What a list with this query would hold of one object with these labels.
bool ListedByServer(const std::string& query, const json& labels) {
  std::string target = ResourcePath(Resource::kNamespaces, "", "");
  AddQuery(target, "labelSelector", query);
  const auto path = sim::ParseTarget(target);
  WL_ASSERT(path);
  sim::ObjectFilter filter;
  WL_ASSERT(!sim::ParseFilter(*path, filter));
  return filter.Matches({{"metadata", {{"labels", labels}}}});
}

json LabelsOf(std::string_view text) {
  const auto value = PlainJson(text);
  json labels = json::object();
  if (!value || !value->is_object()) return labels;
  for (const auto& [key, member] : value->items()) {
    if (member.is_string()) labels[key] = member;
  }
  return labels;
}

void Check(std::string_view text, std::string_view labels_json) {
  const Result<LabelSelector> selector = ParseLabelSelector(text);
  if (!selector.ok()) {
    WL_ASSERT(selector.error().kind == ErrorKind::kInvalid);
    WL_ASSERT(selector.error().message.find('\n') == std::string::npos);
    return;
  }
  WL_ASSERT(Validate(*selector).ok());
  const std::string query = ToQuery(*selector);
  const Result<LabelSelector> again = ParseLabelSelector(query);
  WL_ASSERT(again.ok() && *again == *selector);

  const json labels = LabelsOf(labels_json);
  StringMap map;
  for (const auto& [key, value] : labels.items()) {
    map.Set(key, value.get_ref<const std::string&>());
  }
  const bool matches = Matches(*selector, map);
  WL_ASSERT(ListedByServer(query, labels) == matches);
  std::string spaces(text);  // the only white space that the model knows
  std::ranges::replace_if(
      spaces, [](char c) { return c == '\t' || c == '\r'; }, ' ');
  WL_ASSERT(ListedByServer(spaces, labels) == matches);
}

const Target kTarget("selector_text", [](std::string_view bytes) {
  const auto [text, labels] = TwoTexts(bytes);
  Check(text, labels);
});

}  // namespace
}  // namespace windlass::fuzz
