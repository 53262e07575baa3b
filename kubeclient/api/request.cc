#include "kubeclient/api/request.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/fingerprint_text.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/base/assert.h"

namespace windlass {
namespace {

using nlohmann::json;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Returns the JSON object `fields`, with the uid and resourceVersion of `version` added to its
// metadata.
std::string WithPreconditions(const ObjectVersion& version, std::string_view fields) {
  json body = json::parse(fields, nullptr, /*allow_exceptions=*/false);
  WL_ASSERT(body.is_object());
  json& metadata = body["metadata"];
  if (metadata.is_null()) metadata = json::object();
  WL_ASSERT(metadata.is_object());
  WL_ASSERT(!metadata.contains("uid") && !metadata.contains("resourceVersion"));
  metadata["uid"] = version.uid.ToString();
  metadata["resourceVersion"] = version.resource_version.text;
  return DumpJson(body);
}

// Returns one JSON array: a test of the uid, `guard` unless it is empty, and then `operations`.
// Joins the texts without parsing them, so that a template is sent byte for byte as the caller
// wrote it.
std::string WithTestOfUid(const Uid& uid, std::string_view guard, std::string_view operations) {
  const std::string_view trimmed = Trim(operations);
  WL_ASSERT(trimmed.size() >= 2 && trimmed.front() == '[' && trimmed.back() == ']');
  std::string body =
      R"([{"op":"test","path":"/metadata/uid","value":)" + DumpJson(json(uid.ToString())) + "}";
  for (const std::string_view part : {guard, Trim(trimmed.substr(1, trimmed.size() - 2))}) {
    if (!part.empty()) body.append(",").append(part);
  }
  return body + "]";
}

std::string_view Name(PatchType type) {
  switch (type) {
    case PatchType::kNone: return "none";
    case PatchType::kMerge: return "merge";
    case PatchType::kJson: return "json";
    case PatchType::kStrategicMerge: return "strategic";
  }
  return "none";
}

}  // namespace

std::string_view Name(Verb verb) {
  switch (verb) {
    case Verb::kGet: return "get";
    case Verb::kList: return "list";
    case Verb::kDryRunCreate:
    case Verb::kCreateSubresource:
    case Verb::kCreate: return "create";
    case Verb::kPatch: return "patch";
    case Verb::kUpdate: return "update";
    case Verb::kDelete: return "delete";
  }
  return "unknown";
}

Request Request::Get(const ResourceId& resource, ObjectKey key) {
  Request request;
  request.resource_ = resource;
  request.key_ = std::move(key);
  return request;
}

Request Request::List(const ResourceId& resource, Symbol namespace_, ListOptions options) {
  WL_ASSERT(options.limit >= 0);
  Request request = Get(resource, {std::move(namespace_), ""});
  request.verb_ = Verb::kList;
  request.list_options_ = std::move(options);
  return request;
}

Request Request::Create(const ResourceId& resource, ObjectKey key, std::string body) {
  WL_ASSERT(!key.name.empty());
  Request request = Get(resource, std::move(key));
  request.verb_ = Verb::kCreate;
  request.body_ = std::move(body);
  return request;
}

Request Request::DryRunCreate(const ResourceId& resource, ObjectKey key, std::string body) {
  Request request = Create(resource, std::move(key), std::move(body));
  request.verb_ = Verb::kDryRunCreate;
  return request;
}

Request Request::Patch(const ResourceId& resource, ObjectVersion version, PatchType type,
                       std::string body) {
  Request request = Get(resource, std::move(version.key));
  request.verb_ = Verb::kPatch;
  request.uid_ = version.uid;
  request.patch_type_ = type;
  request.body_ = std::move(body);
  return request;
}

Request Request::MergePatch(const ResourceId& resource, ObjectVersion version,
                            std::string_view subresource, std::string_view fields) {
  std::string body = WithPreconditions(version, fields);
  Request request = Patch(resource, std::move(version), PatchType::kMerge, std::move(body));
  request.subresource_ = subresource;
  return request;
}

Request Request::StrategicMergePatch(const ResourceId& resource, ObjectVersion version,
                                     std::string_view fields, std::string_view subresource) {
  std::string body = WithPreconditions(version, fields);
  Request request =
      Patch(resource, std::move(version), PatchType::kStrategicMerge, std::move(body));
  request.subresource_ = subresource;
  return request;
}

Request Request::JsonPatch(const ResourceId& resource, ObjectVersion version,
                           std::string_view operations) {
  const json resource_version = version.resource_version.text;
  std::string body =
      WithTestOfUid(version.uid,
                    R"({"op":"replace","path":"/metadata/resourceVersion","value":)" +
                        DumpJson(resource_version) + "}",
                    operations);
  return Patch(resource, std::move(version), PatchType::kJson, std::move(body));
}

Request Request::GuardedJsonPatch(const ResourceId& resource, ObjectKey key, const Uid& uid,
                                  std::string_view operations, std::string_view subresource) {
  const json list = json::parse(operations, nullptr, /*allow_exceptions=*/false);
  WL_ASSERT(list.is_array() && !list.empty() && list[0].is_object());
  WL_ASSERT(list[0].contains("op") && list[0]["op"] == "test");
  Request request = Patch(resource, {std::move(key), uid, {}}, PatchType::kJson,
                          WithTestOfUid(uid, "", operations));
  request.subresource_ = subresource;
  return request;
}

Request Request::Delete(const ResourceId& resource, ObjectVersion version,
                        DeletionPropagation propagation) {
  const bool orphan = propagation == DeletionPropagation::kOrphan;
  const json options = {
      {"apiVersion", "v1"},
      {"kind", "DeleteOptions"},
      {"preconditions",
       {{"uid", version.uid.ToString()}, {"resourceVersion", version.resource_version.text}}},
      {"propagationPolicy", orphan ? "Orphan" : "Background"}};
  Request request = Get(resource, std::move(version.key));
  request.verb_ = Verb::kDelete;
  request.uid_ = version.uid;
  request.body_ = DumpJson(options);
  return request;
}

Request Request::Evict(ObjectKey pod, const Uid& uid) {
  const json eviction = {{"apiVersion", "policy/v1"},
                         {"kind", "Eviction"},
                         {"metadata", {{"name", pod.name}, {"namespace", pod.namespace_.text()}}},
                         {"deleteOptions", {{"preconditions", {{"uid", uid.ToString()}}}}}};
  Request request = Get(resources::kPods, std::move(pod));
  request.verb_ = Verb::kCreateSubresource;
  request.subresource_ = "eviction";
  request.uid_ = uid;
  request.body_ = DumpJson(eviction);
  return request;
}

Request Request::WithoutBody() const {
  Request request;
  request.verb_ = verb_;
  request.resource_ = resource_;
  request.key_ = key_;
  request.uid_ = uid_;
  request.subresource_ = subresource_;
  request.patch_type_ = patch_type_;
  request.list_options_ = list_options_;
  return request;
}

RequestKey Request::Identity() const {
  std::string text = Describe();
  if (patch_type_ != PatchType::kNone) text += " " + std::string(Name(patch_type_));
  if (!body_.empty()) text += " " + HexOf(FingerprintOf(body_));
  // Describe leaves out field_selector and metadata_only, because a reader of the log knows them
  // from the resource. But requests that differ in one of them are different, so the key's text has
  // both.
  if (!list_options_.field_selector.empty()) text += " with " + list_options_.field_selector;
  if (list_options_.metadata_only) text += " metadata";
  return {verb_, resource_, key_, subresource_, patch_type_, std::move(text)};
}

bool Request::IsLike(const RequestKey& other) const {
  return other.verb == verb_ && other.resource == resource_ && other.key == key_ &&
         other.subresource == subresource_ && other.patch_type == patch_type_;
}

std::string Request::Describe() const {
  std::string text(verb_ == Verb::kDryRunCreate ? "dry-run " : "");
  text += Name(verb_);
  text += ' ';
  text += resource_.plural;
  if (!subresource_.empty()) text += "/" + subresource_;
  text += ' ';
  text += verb_ == Verb::kList ? std::string(key_.namespace_.text()) : key_.ToString();
  const ListOptions& list = list_options_;
  if (!list.label_selector.empty()) text += " (" + list.label_selector + ")";
  if (list.limit > 0) text += " first " + std::to_string(list.limit);
  return text;
}

ObjectReference ReferenceTo(const ResourceId& resource, const ObjectMeta& meta) {
  return {resource.GroupVersion(), std::string(resource.kind), KeyOf(meta), meta.uid,
          meta.resource_version};
}

std::string ObjectText(const ResourceId& resource, const ObjectKey& key) {
  return std::string(resource.plural) + " " + key.ToString();
}

}  // namespace windlass
