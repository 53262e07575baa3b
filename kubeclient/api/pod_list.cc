#include "kubeclient/api/pod_list.h"

#include <nlohmann/json.hpp>
#include <string>

namespace windlass {
namespace {

using Json = nlohmann::json;

Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

// Returns the member; nullptr if `object` is not an object or lacks the member.
const Json* Member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

bool IsTrue(const Json* json) { return json != nullptr && json->is_boolean() && json->get<bool>(); }

std::string TextOf(const Json* json) {
  return json != nullptr && json->is_string() ? json->get<std::string>() : std::string();
}

Uid UidIn(const Json& object) {
  return Uid::Parse(TextOf(Member(object, "uid"))).value_or(Uid::Foreign());
}

}  // namespace

Result<std::vector<ListedPod>> ControlledPods(std::string_view list_body) {
  const Json list = Json::parse(list_body, nullptr, /*allow_exceptions=*/false);
  const Json* list_metadata = Member(list, "metadata");
  const Json* items = Member(list, "items");
  if (list_metadata == nullptr) return Malformed("pod list: metadata is missing");
  if (!TextOf(Member(*list_metadata, "continue")).empty()) {
    return Malformed("pod list: metadata.continue: there are further pages");
  }
  if (items == nullptr) return Malformed("pod list: items is missing");
  std::vector<ListedPod> pods;
  if (items->is_null()) return pods;  // as Go writes an empty list
  if (!items->is_array()) return Malformed("pod list: items is no array");
  for (const Json& pod : *items) {
    const Json* metadata = Member(pod, "metadata");
    if (metadata == nullptr) return Malformed("pod list: an item has no metadata");
    const Json* owners = Member(*metadata, "ownerReferences");
    if (owners == nullptr || !owners->is_array()) continue;
    const bool deleting = !TextOf(Member(*metadata, "deletionTimestamp")).empty();
    for (const Json& owner : *owners) {
      if (!IsTrue(Member(owner, "controller"))) continue;
      pods.push_back({UidIn(*metadata), UidIn(owner), deleting});
      break;  // the first one counts (D-102)
    }
  }
  return pods;
}

}  // namespace windlass
