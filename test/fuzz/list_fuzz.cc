// The body of a list: its items, and the owners of its Pods.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/pod_list.h"
#include "kubeclient/api/unready_pods.h"
#include "kubeclient/base/assert.h"
#include "test/fuzz/input.h"
#include "test/fuzz/json_text.h"

namespace windlass::fuzz {
namespace {

using nlohmann::json;

// Returns a member of the object; null if there is none.
json Member(const json& object, const char* key) {
  return object.is_object() && object.contains(key) ? object[key] : json();
}

bool IsText(const json& value) { return value.is_null() || value.is_string(); }
bool IsObject(const json& value) { return value.is_object(); }

// Returns true if Decoder must accept the body as a list.
bool IsList(const json& body) {
  const json kind = Member(body, "kind");
  const json metadata = Member(body, "metadata");
  const json items = Member(body, "items");
  const json version = Member(metadata, "resourceVersion");
  return kind.is_string() && kind.get<std::string>().ends_with("List") && version.is_string() &&
         !version.get<std::string>().empty() && IsText(Member(metadata, "continue")) &&
         (items.is_null() ||
          (items.is_array() && std::all_of(items.begin(), items.end(), &IsObject)));
}

void CheckItems(const ListPage& page, const json& body) {
  const json items = Member(body, "items");
  WL_ASSERT(page.items.size() == items.size());
  for (size_t i = 0; i < items.size(); ++i) WL_ASSERT(json::parse(page.items[i]) == items[i]);
}

// The owners in a list equal those read object by object, if every object can be read alone.
void CheckControllers(Decoder& decoder, const ListPage& page, const std::vector<ListedPod>& pods) {
  std::vector<Uid> one_by_one;
  std::vector<Uid> controllers;
  for (const ListedPod& pod : pods) controllers.push_back(pod.controller);
  for (const std::string_view item : page.items) {
    const auto controller = decoder.DecodeController(item);
    if (!controller.ok()) return;
    if (controller->has_value()) one_by_one.push_back((*controller)->uid);
  }
  WL_ASSERT(one_by_one == controllers);
}

void Check(std::string_view body) {
  static SymbolTable symbols;
  static Decoder decoder(symbols);
  const Result<ListPage> page = decoder.DecodeList(body);
  const Result<std::vector<ListedPod>> controlled = ControlledPods(body);
  const Result<std::vector<UnreadyPod>> unready = UnreadyPods(body);
  if (!page.ok()) WL_ASSERT(page.error().kind == ErrorKind::kMalformed);
  const auto plain = PlainJson(body);
  if (!plain) return;
  WL_ASSERT(page.ok() == IsList(*plain));
  if (page.ok()) CheckItems(*page, *plain);
  if (page.ok() && unready.ok()) WL_ASSERT(unready->size() <= page->items.size());
  if (page.ok() && controlled.ok()) CheckControllers(decoder, *page, *controlled);
}

const Target kTarget("list", &Check);

}  // namespace
}  // namespace windlass::fuzz
