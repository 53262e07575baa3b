#include "controller/workload/requests/replica_set_requests.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/count/kept_size.h"
#include "controller/workload/requests/body_json.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/json_value.h"

namespace windlass::workload {
namespace {

// Returns the workload's selector plus the label pod-template-hash: it matches only Pods that this
// ReplicaSet makes.
Json SelectorOf(const LabelSelector& selector, const std::string& hash) {
  Json json = {{"matchLabels", MapJson(selector.match_labels)}};
  json["matchLabels"][std::string(kPodTemplateHashLabel)] = hash;
  if (selector.match_expressions.empty()) return json;
  Json list = Json::array();
  for (const LabelSelectorRequirement& requirement : selector.match_expressions) {
    Json one = {{"key", TextOf(requirement.key)}, {"operator", TextOf(requirement.op)}};
    for (const Symbol& value : requirement.values) one["values"].push_back(TextOf(value));
    list.push_back(std::move(one));
  }
  json["matchExpressions"] = std::move(list);
  return json;
}

// Returns the owner reference that makes the workload the controller of its ReplicaSets.
Json ControllerReference(const Workload& owner) {
  return {{"apiVersion", owner.kind.traits().resource.GroupVersion()},
          {"kind", owner.kind.traits().resource.kind},
          {"name", owner.meta.name},
          {"uid", owner.meta.uid.ToString()},
          {"controller", true},
          {"blockOwnerDeletion", true}};
}

Request PatchOwner(const ReplicaSet& rs, Json reference) {
  const Json fields = {{"metadata", {{"ownerReferences", Json::array({std::move(reference)})}}}};
  return Request::StrategicMergePatch(resources::kReplicaSets, VersionOf(rs.meta),
                                      DumpJson(fields));
}

// Returns the member `key` of `object`. If the member is absent or null, makes it an empty object.
// Returns nullptr if the member is something else than an object.
Json* ObjectMember(Json& object, const char* key) {
  Json& member = object[key];
  if (member.is_null()) member = Json::object();
  return member.is_object() ? &member : nullptr;
}

// Returns the template with the label pod-template-hash added. Everything else stays as it is, even
// empty objects (D-780).
Result<Json> TemplateWithHash(const std::string& template_json, const std::string& hash) {
  Json pod_template = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  if (!pod_template.is_object()) return Malformed("spec.template: is not a JSON object");
  Json* metadata = ObjectMember(pod_template, "metadata");
  if (metadata == nullptr) return Malformed("spec.template.metadata: is not a JSON object");
  Json* labels = ObjectMember(*metadata, "labels");
  if (labels == nullptr) return Malformed("spec.template.metadata.labels: is not a JSON object");
  (*labels)[std::string(kPodTemplateHashLabel)] = hash;
  return pod_template;
}

}  // namespace

Request PatchReplicaSet(const ReplicaSet& rs, const ReplicaSetChange& change) {
  Json fields = Json::object();
  for (const auto& [key, value] : change.annotations) {
    fields["metadata"]["annotations"][key] = value;
  }
  if (change.replicas) fields["spec"]["replicas"] = *change.replicas;
  if (change.min_ready_seconds) fields["spec"]["minReadySeconds"] = *change.min_ready_seconds;
  return Request::MergePatch(resources::kReplicaSets, VersionOf(rs.meta), "", DumpJson(fields));
}

Request PatchAnnotations(const ReplicaSet& rs,
                         const std::map<std::string, std::optional<std::string>>& annotations) {
  Json fields = Json::object();
  for (const auto& [key, value] : annotations) {
    fields["metadata"]["annotations"][key] = value ? Json(*value) : Json();
  }
  return Request::MergePatch(resources::kReplicaSets, VersionOf(rs.meta), "", DumpJson(fields));
}

Result<Request> CreateReplicaSet(const Workload& workload, const NewReplicaSet& parts) {
  if (workload.template_json == nullptr)
    return Malformed("spec.template: it has not been read yet");
  WINDLASS_TRY(const Json pod_template, TemplateWithHash(*workload.template_json, parts.hash));
  const ObjectMeta& owner = workload.meta;
  const Json metadata = {{"name", parts.name},
                         {"namespace", TextOf(owner.namespace_)},
                         {"labels", pod_template["metadata"]["labels"]},
                         {"annotations", parts.annotations},
                         {"ownerReferences", Json::array({ControllerReference(workload)})}};
  const Json spec = {{"replicas", parts.replicas},
                     {"minReadySeconds", workload.min_ready_seconds},
                     {"selector", SelectorOf(workload.selector, parts.hash)},
                     {"template", pod_template}};
  const Json body = {{"apiVersion", resources::kReplicaSets.GroupVersion()},
                     {"kind", resources::kReplicaSets.kind},
                     {"metadata", metadata},
                     {"spec", spec}};
  return Request::Create(resources::kReplicaSets, {owner.namespace_, parts.name}, DumpJson(body));
}

std::function<Status(std::string_view reply)> CheckReplicaSetSize(const ObjectKey& key,
                                                                  int32_t replicas) {
  return CheckSize(
      resources::kReplicaSets, key, replicas,
      "exempt the ReplicaSets of this workload from it. Windlass tries again by itself");
}

Request AdoptReplicaSet(const Workload& workload, const ReplicaSet& rs) {
  return PatchOwner(rs, ControllerReference(workload));
}

Request ReleaseReplicaSet(const Workload& workload, const ReplicaSet& rs) {
  return PatchOwner(rs, {{"$patch", "delete"}, {"uid", workload.meta.uid.ToString()}});
}

std::optional<Step> UnlessInVain(const Situation& situation, Write write) {
  const Learned& learned = situation.learned;
  if (FindOutcome(learned, write.request.Identity()) != nullptr) return std::nullopt;
  const auto patches = std::ranges::count_if(
      learned, [&](const Outcome& outcome) { return write.request.IsLike(outcome.asked); });
  if (patches >= kPatchesOfOneReplicaSet) return std::nullopt;
  return write;
}

}  // namespace windlass::workload
