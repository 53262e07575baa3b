#include "controller/deployment/deployment_workload.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/in_place/phases/extension.h"
#include "controller/in_place/phases/rollout_mode.h"
#include "controller/in_place/template/options.h"
#include "controller/workload/annotations.h"
#include "controller/workload/fenceposts.h"
#include "controller/workload/request_body.h"
#include "kubeclient/api/time.h"

namespace windlass::deployment {
namespace {

using workload::Dump;
using workload::Json;

// --- status ---

Json TimeOf(WallTime time) { return time.IsZero() ? Json() : Json(FormatTime(time)); }

Json NullIfAbsent(const std::optional<int32_t>& value) { return value ? Json(*value) : Json(); }

Json ConditionsOf(const std::vector<Condition>& conditions) {
  if (conditions.empty()) return Json();
  Json list = Json::array();
  for (const Condition& condition : conditions) {
    list.push_back({{"type", workload::TextOf(condition.type)},
                    {"status", workload::TextOf(condition.status)},
                    {"lastUpdateTime", TimeOf(condition.last_update_time)},
                    {"lastTransitionTime", TimeOf(condition.last_transition_time)},
                    {"reason", workload::TextOf(condition.reason)},
                    {"message", condition.message}});
  }
  return list;
}

WorkloadStatus StatusOf(const DeploymentStatus& status) {
  return {.observed_generation = status.observed_generation,
          .replicas = status.replicas,
          .updated_replicas = status.updated_replicas,
          .ready_replicas = status.ready_replicas,
          .available_replicas = status.available_replicas,
          .unavailable_replicas = status.unavailable_replicas,
          .terminating_replicas = status.terminating_replicas,
          .collision_count = status.collision_count,
          .conditions = status.conditions,
          .carried = {}};
}

// --- rollback ---

// Returns the template without the hash label, otherwise unchanged.
Result<Json> TemplateWithoutHash(const std::string& template_json) {
  Json pod_template = Json::parse(template_json, nullptr, /*allow_exceptions=*/false);
  if (!pod_template.is_object()) return workload::Malformed("spec.template: is no JSON object");
  const Json::json_pointer labels("/metadata/labels");
  if (pod_template.contains(labels) && pod_template[labels].is_object()) {
    pod_template[labels].erase(std::string(kPodTemplateHashLabel));
  }
  return pod_template;
}

// Returns the annotations of the object as the server has them, including kubectl's last-applied
// configuration, which the cache leaves out.
Result<std::map<std::string, std::string>> AnnotationsIn(const std::string& object_json,
                                                         const ResourceVersion& version) {
  const auto object = Json::parse(object_json, nullptr, /*allow_exceptions=*/false);
  std::map<std::string, std::string> annotations;
  const Json::json_pointer path("/metadata/annotations");
  if (!object.is_object()) return Error{ErrorKind::kMalformed, "the Deployment is no JSON object"};
  // The patch is tied to the cached version: annotations of another version would undo a user's
  // edit.
  const Json::json_pointer own_version("/metadata/resourceVersion");
  if (object.value(own_version, "") != version.text) {
    return Error{ErrorKind::kConflict, "the Deployment was changed since it was read"};
  }
  if (!object.contains(path)) return annotations;
  for (const auto& [key, value] : object[path].items()) {
    if (value.is_string()) annotations[key] = value.get<std::string>();
  }
  return annotations;
}

// The Deployment keeps the keys that are never copied; all others come from the ReplicaSet (D-467).
std::map<std::string, std::string> AnnotationsAfter(
    const std::map<std::string, std::string>& present, const ReplicaSet& target) {
  std::map<std::string, std::string> annotations;
  for (const auto& [key, value] : present) {
    if (in_place::IsInternal(key)) continue;  // an undo brought it (P-074)
    if (!workload::IsCopied(key) && key != workload::kRollbackTo) annotations[key] = value;
  }
  for (const auto& [key, value] : target.meta.annotations) {
    if (workload::IsCopied(key.text())) annotations[std::string(key.text())] = value.text();
  }
  return annotations;
}

// --- the spec ---

Strategy StrategyOf(const DeploymentSpec& spec) {
  if (spec.strategy_type == "RollingUpdate") return Strategy::kRollingUpdate;
  return spec.strategy_type == "Recreate" ? Strategy::kRecreate : Strategy::kOther;
}

constexpr std::string_view kLimitsField = "spec.strategy.rollingUpdate";

// Sets the limits, or the reason why the strategy cannot be carried out.
void ResolveStrategy(const DeploymentSpec& spec, Workload& workload) {
  workload.strategy = StrategyOf(spec);
  workload.limits = {.desired = spec.replicas};
  if (workload.strategy == Strategy::kOther) {
    workload.strategy_error =
        "unexpected deployment strategy type: " + std::string(spec.strategy_type.text()) +
        ": set spec.strategy.type to RollingUpdate or Recreate";
    return;
  }
  if (workload.strategy == Strategy::kRecreate) return;
  const Result<Fenceposts> limits = workload::ResolveFenceposts(spec.replicas, spec.max_surge,
                                                                spec.max_unavailable, kLimitsField);
  if (limits.ok()) {
    workload.limits = *limits;
  } else {
    workload.strategy_error = limits.error().message;
  }
}

// Returns all annotations that may be settings, including obsolete and misspelt ones: users are
// warned about those.
std::vector<Setting> InPlaceSettings(const ObjectMeta& meta) {
  std::vector<Setting> settings;
  if (!meta.annotations.Has(in_place::kInPlaceKey)) return settings;
  for (const auto& [key, value] : meta.annotations) {
    if (!key.text().starts_with(in_place::kInPlaceKey)) continue;
    settings.push_back({key.text(), value.text()});
  }
  return settings;
}

// Returns nullopt if the annotation holds no int64: such an annotation is ignored for ever (D-461).
std::optional<int64_t> RollBackTo(const ObjectMeta& meta) {
  const auto text = meta.annotations.Find(workload::kRollbackTo);
  return text ? workload::ParseRevision(*text) : std::nullopt;
}

class Kind : public WorkloadKind {
 public:
  const ResourceId& resource() const override { return resources::kDeployments; }
  std::string_view noun() const override { return "deployment"; }

  bool IsStored(const Workload& workload, const WorkloadStatus& draft) const override {
    return draft == workload.status;
  }

  bool HasStrayNotes(const Workload& workload) const override {
    return in_place::HasInternal(workload.meta);
  }

  // Names every field we own, null if absent; conditions replace the list. The revision travels
  // with the status because the status endpoint keeps annotations and does not raise the generation
  // (D-166, D-703). For the same reason this write removes the internal annotations that an undo
  // brought to the Deployment (P-074).
  Request WriteStatus(const Workload& workload, const WorkloadStatus& status,
                      std::string_view revision) const override {
    Json fields = Json::object();
    if (!revision.empty()) {
      fields["metadata"]["annotations"][std::string(workload::kRevision)] = std::string(revision);
    }
    for (const auto& [key, value] : workload.meta.annotations) {
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
    return Request::MergePatch(resources::kDeployments, VersionOf(workload.meta), "status",
                               Dump(fields));
  }

  // Replaces template and annotations whole: a merge would leave volumes, containers and labels of
  // the present template inside the old one (docs/design/003). Leaves out the hash label of the
  // ReplicaSet's template. Requires that the Deployment has annotations.
  Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                           const ReplicaSet& target,
                           const std::string& template_json) const override {
    WINDLASS_TRY(const auto present, AnnotationsIn(own_json, workload.meta.resource_version));
    WINDLASS_TRY(const Json pod_template, TemplateWithoutHash(template_json));
    const std::map<std::string, std::string> annotations = AnnotationsAfter(present, target);
    const Json operations = {
        {{"op", "replace"}, {"path", "/spec/template"}, {"value", pod_template}},
        {{"op", "replace"}, {"path", "/metadata/annotations"}, {"value", annotations}}};
    return Request::JsonPatch(resources::kDeployments, VersionOf(workload.meta), Dump(operations));
  }

  // Uses the main endpoint (D-468).
  Request ClearRollback(const Workload& workload) const override {
    Json fields = Json::object();
    fields["metadata"]["annotations"][std::string(workload::kRollbackTo)] = nullptr;
    return Request::MergePatch(resources::kDeployments, VersionOf(workload.meta), "", Dump(fields));
  }

  bool MirrorsSettings() const override { return true; }

  SettingPlace PlaceOf(std::string_view key) const override {
    return {"annotation", std::string(key)};
  }

  const Extension* extension() const override { return &in_place::InPlaceExtension(); }
};

}  // namespace

const WorkloadKind& DeploymentKind() {
  static const Kind kind;
  return kind;
}

Workload AsWorkload(const Deployment& deployment) {
  const DeploymentSpec& spec = deployment.spec;
  Workload workload{.kind = DeploymentKind(),
                    .meta = deployment.meta,
                    .replicas = spec.replicas,
                    .selector = spec.selector,
                    .template_json = spec.template_json.get(),
                    .template_fingerprint = spec.template_fingerprint,
                    .template_text = spec.template_text,
                    .min_ready_seconds = spec.min_ready_seconds,
                    .paused = spec.paused,
                    .progress_deadline_seconds = spec.progress_deadline_seconds,
                    .revision_history_limit = spec.revision_history_limit,
                    .strategy = Strategy::kRollingUpdate,
                    .limits = {},
                    .strategy_error = {},
                    .max_surge = spec.max_surge,
                    .max_unavailable = spec.max_unavailable,
                    .limits_field = kLimitsField,
                    .in_place_settings = InPlaceSettings(deployment.meta),
                    .status = StatusOf(deployment.status),
                    .revision = workload::RevisionText(deployment.meta),
                    .roll_back_to = RollBackTo(deployment.meta)};
  ResolveStrategy(spec, workload);
  return workload;
}

}  // namespace windlass::deployment
