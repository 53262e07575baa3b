// A label selector on the first line, labels on the second. Matches gives the same answer as a
// server that lists by the query, and as the model of upstream's selectors.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/client/paths.h"
#include "test/fuzz/input.h"
#include "test/fuzz/json_text.h"
#include "test/sim/api_selector.h"

namespace windlass::fuzz {
namespace {

using nlohmann::json;

// Returns true if the text may be part of a query. The server's validation lets no other text into
// a stored selector.
bool IsWord(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '/';
  });
}

bool IsKey(std::string_view text) { return !text.empty() && IsWord(text); }

bool HasQuery(const LabelSelector& selector) {
  for (const auto& [key, value] : selector.match_labels) {
    if (!IsKey(key) || !IsWord(value)) return false;
  }
  for (const LabelSelectorRequirement& requirement : selector.match_expressions) {
    if (!IsKey(requirement.key)) return false;
    for (const Symbol& value : requirement.values) {
      if (!IsWord(value)) return false;
    }
  }
  return true;
}

// Returns true if a list with this query contains an object with these labels.
bool ListedByServer(const std::string& query, const json& labels) {
  std::string target = ResourcePath(resources::kPods, "", "");
  AddQuery(target, "labelSelector", query);
  const auto path = sim::ParseTarget(target);
  WL_ASSERT(path);
  sim::ObjectFilter filter;
  WL_ASSERT(!sim::ParseFilter(*path, filter));
  return filter.Matches({{"metadata", {{"labels", labels}}}});
}

void Check(std::string_view selector_json, std::string_view labels_json) {
  const auto selector_value = PlainJson(selector_json);
  const auto labels_value = PlainJson(labels_json);
  if (!selector_value || !labels_value) return;
  const json object = {{"metadata", {{"name", "x"}, {"labels", *labels_value}}},
                       {"spec", {{"selector", *selector_value}}}};
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<Deployment> decoded = DecodeDeployment(decoder, object.dump());
  if (!decoded.ok()) return;
  const LabelSelector& selector = decoded->spec.selector;
  const StringMap& labels = decoded->meta.labels;

  const bool valid = Validate(selector).ok();
  const bool matches = Matches(selector, labels);
  const std::string query = ToQuery(selector);
  if (!valid || !selector.present) WL_ASSERT(!matches && query == kMatchesNothing);
  if (selector.SelectsEverything()) WL_ASSERT(matches && query.empty());
  json plain_labels = json::object();
  for (const auto& [key, value] : labels) plain_labels[std::string(key.text())] = value.text();
  if (HasQuery(selector)) WL_ASSERT(ListedByServer(query, plain_labels) == matches);
}

const Target kTarget("selector", [](std::string_view bytes) {
  const auto [selector, labels] = TwoTexts(bytes);
  Check(selector, labels);
});

}  // namespace
}  // namespace windlass::fuzz
