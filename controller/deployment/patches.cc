#include "controller/deployment/patches.h"

#include <nlohmann/json.hpp>

#include "controller/deployment/annotations.h"
#include "controller/in_place/rollout_mode.h"
#include "kubeclient/api/time.h"

namespace windlass::deployment {
namespace {

using Json = nlohmann::ordered_json;

// Never throws: text that is not UTF-8 is replaced, as the server itself would do.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error Malformed(std::string message) { return {ErrorKind::kMalformed, std::move(message)}; }

Json TextOf(const Symbol& symbol) { return std::string(symbol.text()); }

Json TimeOf(WallTime time) { return time.IsZero() ? Json() : Json(FormatTime(time)); }

Json NullIfAbsent(const std::optional<int32_t>& value) { return value ? Json(*value) : Json(); }

Json ConditionsOf(const std::vector<Condition>& conditions) {
  if (conditions.empty()) return Json();
  Json list = Json::array();
  for (const Condition& condition : conditions) {
    list.push_back({{"type", TextOf(condition.type)},
                    {"status", TextOf(condition.status)},
                    {"lastUpdateTime", TimeOf(condition.last_update_time)},
                    {"lastTransitionTime", TimeOf(condition.last_transition_time)},
                    {"reason", TextOf(condition.reason)},
                    {"message", condition.message}});
  }
  return list;
}

Json MapOf(const StringMap& map) {
  Json object = Json::object();
  for (const auto& [key, value] : map) object[std::string(key.text())] = TextOf(value);
  return object;
}

// The Deployment's selector, narrowed to the Pods of one template.
Json SelectorOf(const LabelSelector& selector, const std::string& hash) {
  Json json = {{"matchLabels", MapOf(selector.match_labels)}};
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

// The Deployment as the controller of its ReplicaSets.
Json ControllerReference(const ObjectMeta& owner) {
  return {{"apiVersion", resources::kDeployments.GroupVersion()},
          {"kind", resources::kDeployments.kind},
          {"name", owner.name},
          {"uid", owner.uid.ToString()},
          {"controller", true},
          {"blockOwnerDeletion", true}};
}

Request PatchOwner(const ReplicaSet& rs, Json reference) {
  const Json fields = {{"metadata", {{"ownerReferences", Json::array({std::move(reference)})}}}};
  return Request::StrategicMergePatch(resources::kReplicaSets, VersionOf(rs.meta), Dump(fields));
}

// The member of `object`, made when absent or null; nullptr when it is something else than an
// object.
Json* ObjectMember(Json& object, const char* key) {
  Json& member = object[key];
  if (member.is_null()) member = Json::object();
  return member.is_object() ? &member : nullptr;
}

// The template as it came, every field and empty object (D-780), with the hash as one more label.
Result<Json> TemplateWithHash(const std::string& template_json, const std::string& hash) {
  Json pod_template = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  if (!pod_template.is_object()) return Malformed("spec.template: is no JSON object");
  Json* metadata = ObjectMember(pod_template, "metadata");
  if (metadata == nullptr) return Malformed("spec.template.metadata: is no JSON object");
  Json* labels = ObjectMember(*metadata, "labels");
  if (labels == nullptr) return Malformed("spec.template.metadata.labels: is no JSON object");
  (*labels)[std::string(kPodTemplateHashLabel)] = hash;
  return pod_template;
}

// The template as it came, without the hash label.
Result<Json> TemplateWithoutHash(const std::string& template_json) {
  Json pod_template = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  if (!pod_template.is_object()) return Malformed("spec.template: is no JSON object");
  const Json::json_pointer labels("/metadata/labels");
  if (pod_template.contains(labels) && pod_template[labels].is_object()) {
    pod_template[labels].erase(std::string(kPodTemplateHashLabel));
  }
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
  return Request::MergePatch(resources::kReplicaSets, VersionOf(rs.meta), "", Dump(fields));
}

Request PatchAnnotations(const ReplicaSet& rs,
                         const std::map<std::string, std::optional<std::string>>& annotations) {
  Json fields = Json::object();
  for (const auto& [key, value] : annotations) {
    fields["metadata"]["annotations"][key] = value ? Json(*value) : Json();
  }
  return Request::MergePatch(resources::kReplicaSets, VersionOf(rs.meta), "", Dump(fields));
}

Request PatchStatus(const Deployment& deployment, const DeploymentStatus& status,
                    std::string_view revision) {
  Json fields = Json::object();
  if (!revision.empty()) {
    fields["metadata"]["annotations"][std::string(kRevision)] = std::string(revision);
  }
  for (const auto& [key, value] : deployment.meta.annotations) {
    if (!in_place::IsInternal(key)) continue;
    fields["metadata"]["annotations"][std::string(key.text())] = nullptr;
  }
  fields["status"] = {{"observedGeneration", status.observed_generation},
                      {"replicas", status.replicas},
                      {"updatedReplicas", status.updated_replicas},
                      {"readyReplicas", status.ready_replicas},
                      {"availableReplicas", status.available_replicas},
                      {"unavailableReplicas", status.unavailable_replicas},
                      {"terminatingReplicas", NullIfAbsent(status.terminating_replicas)},
                      {"collisionCount", NullIfAbsent(status.collision_count)},
                      {"conditions", ConditionsOf(status.conditions)}};
  return Request::MergePatch(resources::kDeployments, VersionOf(deployment.meta), "status",
                             Dump(fields));
}

Result<Request> CreateReplicaSet(const Deployment& deployment, const NewReplicaSet& parts) {
  WINDLASS_TRY(const Json pod_template,
               TemplateWithHash(*deployment.spec.template_json, parts.hash));
  const ObjectMeta& owner = deployment.meta;
  const Json metadata = {{"name", parts.name},
                         {"namespace", TextOf(owner.namespace_)},
                         {"labels", pod_template["metadata"]["labels"]},
                         {"annotations", parts.annotations},
                         {"ownerReferences", Json::array({ControllerReference(owner)})}};
  const Json spec = {{"replicas", parts.replicas},
                     {"minReadySeconds", deployment.spec.min_ready_seconds},
                     {"selector", SelectorOf(deployment.spec.selector, parts.hash)},
                     {"template", pod_template}};
  const Json body = {{"apiVersion", resources::kReplicaSets.GroupVersion()},
                     {"kind", resources::kReplicaSets.kind},
                     {"metadata", metadata},
                     {"spec", spec}};
  return Request::Create(resources::kReplicaSets, {owner.namespace_, parts.name}, Dump(body));
}

Request AdoptReplicaSet(const Deployment& deployment, const ReplicaSet& rs) {
  return PatchOwner(rs, ControllerReference(deployment.meta));
}

Request ReleaseReplicaSet(const Deployment& deployment, const ReplicaSet& rs) {
  return PatchOwner(rs, {{"$patch", "delete"}, {"uid", deployment.meta.uid.ToString()}});
}

Result<Request> PatchRolledBack(const Deployment& deployment, const std::string& template_json,
                                const std::map<std::string, std::string>& annotations) {
  WINDLASS_TRY(const Json pod_template, TemplateWithoutHash(template_json));
  const Json operations = {
      {{"op", "replace"}, {"path", "/spec/template"}, {"value", pod_template}},
      {{"op", "replace"}, {"path", "/metadata/annotations"}, {"value", annotations}}};
  return Request::JsonPatch(resources::kDeployments, VersionOf(deployment.meta), Dump(operations));
}

Request PatchRollbackCleared(const Deployment& deployment) {
  Json fields = Json::object();
  fields["metadata"]["annotations"][std::string(kRollbackTo)] = nullptr;
  return Request::MergePatch(resources::kDeployments, VersionOf(deployment.meta), "", Dump(fields));
}

}  // namespace windlass::deployment
