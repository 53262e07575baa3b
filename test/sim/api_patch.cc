#include "test/sim/api_patch.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace windlass::sim {
namespace {

constexpr std::string_view kJsonPatch = "application/json-patch+json";
constexpr std::string_view kMergePatch = "application/merge-patch+json";

// Returns the field that identifies an element of the list; empty if a patch replaces the whole
// list.
std::string_view MergeKey(std::string_view list) {
  static constexpr std::pair<std::string_view, std::string_view> kKeys[] = {
      {"ownerReferences", "uid"},   {"conditions", "type"}, {"containers", "name"},
      {"initContainers", "name"},   {"volumes", "name"},    {"env", "name"},
      {"volumeMounts", "mountPath"}};
  for (const auto& [name, key] : kKeys) {
    if (name == list) return key;
  }
  return "";
}

bool IsDirective(const std::string& key) { return !key.empty() && key.front() == '$'; }

Json MergeMap(Json target, const Json& patch);

// The result begins with the elements that the patch names, in the patch's order; the others
// follow.
Json MergeList(const Json& target, const Json& patch, std::string_view merge_key) {
  const std::string key(merge_key);
  Json merged = Json::array();
  std::vector<std::string> named;
  for (const Json& element : patch) {
    const std::string id = TextAt(element, {key});
    named.push_back(id);
    if (TextAt(element, {"$patch"}) == "delete") continue;
    Json base = Json::object();
    if (target.is_array()) {
      for (const Json& existing : target) {
        if (TextAt(existing, {key}) == id) base = existing;
      }
    }
    merged.push_back(MergeMap(std::move(base), element));
  }
  if (!target.is_array()) return merged;
  for (const Json& existing : target) {
    const std::string id = TextAt(existing, {key});
    if (std::find(named.begin(), named.end(), id) == named.end()) merged.push_back(existing);
  }
  return merged;
}

Json MergeMap(Json target, const Json& patch) {
  if (!target.is_object()) target = Json::object();
  for (const auto& [key, value] : patch.items()) {
    if (IsDirective(key)) continue;
    if (value.is_null()) {
      target.erase(key);
    } else if (value.is_object()) {
      target[key] = MergeMap(target.value(key, Json()), value);
    } else if (value.is_array() && !MergeKey(key).empty()) {
      target[key] = MergeList(target.value(key, Json()), value, MergeKey(key));
    } else {
      target[key] = value;
    }
  }
  return target;
}

// Returns the parent of the value that the pointer names, and sets `leaf` to the last part of the
// pointer. Returns nullptr if there is no such parent object.
const Json* ParentOf(const Json& object, const std::string& pointer, std::string& leaf) {
  try {
    const Json::json_pointer path(pointer);
    if (path.empty()) return nullptr;
    leaf = path.back();
    const Json& parent = object.at(path.parent_pointer());
    return parent.is_object() ? &parent : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

// Returns the operation as RFC 6902 would need it for the same effect; null if it has none. The
// server's library is laxer than RFC 6902, as long as the parent exists:
// - `replace` of an absent key adds the key;
// - `test` of an absent key against null holds.
Json Strict(const Json& object, Json operation) {
  std::string leaf;
  const std::string op = TextAt(operation, {"op"});
  const Json* parent = ParentOf(object, TextAt(operation, {"path"}), leaf);
  if (parent == nullptr || parent->contains(leaf)) return operation;
  if (op == "replace") operation["op"] = "add";
  if (op == "test" && At(operation, {"value"}).is_null()) return nullptr;
  return operation;
}

// Returns true if the server finds another text than the one in a `test`, although both mean the
// same: it compares texts as JSON writes them, and writes its own as Go does.
bool IsWrittenOtherwise(const Json& operation, std::string_view body) {
  const Json& value = At(operation, {"value"});
  if (TextAt(operation, {"op"}) != "test" || !value.is_string()) return false;
  const std::string as_it_is = value.dump();
  const bool go_escapes = as_it_is.find_first_of("<>&") != std::string::npos;
  return go_escapes && body.find(as_it_is) != std::string_view::npos;
}

// The JSON library throws if an operation fails. Here that becomes the server's 422.
std::variant<Json, ApiAnswer> ApplyJsonPatch(Json object, const Json& operations,
                                             std::string_view body) {
  try {
    for (const Json& operation : operations) {
      if (IsWrittenOtherwise(operation, body)) return UnprocessablePatch();
      Json strict = Strict(object, operation);
      if (!strict.is_null()) object.patch_inplace(Json::array({std::move(strict)}));
    }
    return object;
  } catch (const Json::exception&) {
    return UnprocessablePatch();
  }
}

}  // namespace

std::optional<ApiAnswer> CheckPatchType(const ApiResource& resource,
                                        std::string_view content_type) {
  if (!resource.custom || content_type == kJsonPatch || content_type == kMergePatch) {
    return std::nullopt;
  }
  return UnsupportedMediaType(
      "the body of the request was in an unknown format - accepted media types include: "
      "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml");
}

std::variant<Json, ApiAnswer> ApplyPatch(const Json& object, std::string_view content_type,
                                         std::string_view body) {
  const bool json_patch = content_type == kJsonPatch;
  const bool merge = content_type == kMergePatch;
  if (!json_patch && !merge && content_type != "application/strategic-merge-patch+json") {
    return UnsupportedMediaType("415: Unsupported Media Type");
  }
  const Json patch = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (patch.is_discarded()) return BadRequest("error decoding patch: invalid JSON");
  if (json_patch) {
    if (!patch.is_array()) {
      return BadRequest(
          "error decoding patch: json: cannot unmarshal object into Go value of type "
          "[]handlers.jsonPatchOp");
    }
    return ApplyJsonPatch(object, patch, body);
  }
  if (!patch.is_object()) return BadRequest("error decoding patch: want an object");
  if (!merge) return MergeMap(object, patch);
  Json merged = object;
  merged.merge_patch(patch);
  return merged;
}

}  // namespace windlass::sim
