// The kind with which workload_test runs: it has all that the tests of the planner ask of a kind,
// and no more. Its objects are stored as Deployments, so that the model of the API server
// (cluster.h) serves this kind and that of the Deployment controller.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/requests/body_json.h"
#include "controller/workload/sizes/fenceposts.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/time.h"
#include "test/unit/controller/workload/as_workload.h"

namespace windlass::workload {
namespace {

using Json = nlohmann::json;

Json JsonOf(WallTime time) { return time.IsZero() ? Json() : Json(FormatTime(time)); }

Json JsonOf(const Condition& condition) {
  return {{"type", condition.type.text()},
          {"status", condition.status.text()},
          {"reason", condition.reason.text()},
          {"message", condition.message},
          {"lastUpdateTime", JsonOf(condition.last_update_time)},
          {"lastTransitionTime", JsonOf(condition.last_transition_time)}};
}

Json JsonOf(const WorkloadStatus& status) {
  Json json = {{"observedGeneration", status.observed_generation},
               {"replicas", status.replicas},
               {"updatedReplicas", status.updated_replicas},
               {"readyReplicas", status.ready_replicas},
               {"availableReplicas", status.available_replicas},
               {"unavailableReplicas", status.unavailable_replicas},
               {"terminatingReplicas", nullptr},
               {"collisionCount", nullptr},
               {"conditions", Json::array()}};
  if (status.terminating_replicas) json["terminatingReplicas"] = *status.terminating_replicas;
  if (status.collision_count) json["collisionCount"] = *status.collision_count;
  for (const Condition& one : status.conditions) json["conditions"].push_back(JsonOf(one));
  return json;
}

// Returns the annotations that an object with the annotations `present` has after a rollback to
// `target`.
Json AfterRollback(const Json& present, const ReplicaSet& target) {
  Json annotations = Json::object();
  for (const auto& [key, value] : present.items()) {
    if (!IsCopied(key) && !IsInternal(key) && key != kRollbackTo) annotations[key] = value;
  }
  for (const auto& [key, value] : target.meta.annotations) {
    if (IsCopied(key.text())) annotations[std::string(key.text())] = value.text();
  }
  return annotations;
}

constexpr KindTraits kTraits{
    .resource = resources::kDeployments,
    .noun = "deployment",
    .mirrors_settings = true,
    .rollback_request = "the annotation deprecated.deployment.rollback.to",
    .rollback_path = "/metadata/annotations/deprecated.deployment.rollback.to"};

class PlainKind final : public WorkloadKind {
 public:
  const KindTraits& traits() const override { return kTraits; }
  bool IsStored(const Workload& workload, const StatusDraft& draft) const override {
    return draft.status == workload.status;
  }
  bool HasStrayNotes(const Workload& workload) const override { return HasInternal(workload.meta); }
  Request WriteStatus(const Workload& workload, const StatusDraft& draft) const override {
    Json fields = {{"status", JsonOf(draft.status)}};
    Json& annotations = fields["metadata"]["annotations"];
    annotations = Json::object();
    for (const auto& [key, value] : workload.meta.annotations) {
      if (IsInternal(key)) annotations[std::string(key.text())] = nullptr;
    }
    if (!draft.revision.empty()) annotations[std::string(kRevision)] = draft.revision;
    if (annotations.empty()) fields.erase("metadata");
    return Request::MergePatch(kTraits.resource, VersionOf(workload.meta), "status",
                               DumpJson(fields));
  }
  Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                           const ReplicaSet& target,
                           const std::string& template_json) const override {
    const Json meta = Json::parse(own_json).at("metadata");
    if (meta.at("resourceVersion") != workload.meta.resource_version.text) {
      return Error{ErrorKind::kConflict, "changed since it was read"};
    }
    WINDLASS_TRY(const Json pod_template, TemplateWithoutHash(template_json));
    const Json annotations = AfterRollback(meta.value("annotations", Json::object()), target);
    const Json operations = {
        {{"op", "replace"}, {"path", "/spec/template"}, {"value", pod_template}},
        {{"op", "replace"}, {"path", "/metadata/annotations"}, {"value", annotations}}};
    return Request::JsonPatch(kTraits.resource, VersionOf(workload.meta), DumpJson(operations));
  }
  Request ClearRollback(const Workload& workload) const override {
    const Json fields = {{"metadata", {{"annotations", {{std::string(kRollbackTo), nullptr}}}}}};
    return Request::MergePatch(kTraits.resource, VersionOf(workload.meta), "", DumpJson(fields));
  }
  std::string WayBackTo(const Workload& workload, std::string_view revision) const override {
    return "kubectl rollout undo deployment/" + workload.meta.name + " -n " +
           std::string(workload.meta.namespace_.text()) + " --to-revision=" + std::string(revision);
  }
  SettingPlace PlaceOf(std::string_view key) const override {
    return {"annotation", std::string(key)};
  }
};

WorkloadStatus StatusOf(const DeploymentStatus& status) {
  return {.observed_generation = status.observed_generation,
          .replicas = status.replicas,
          .updated_replicas = status.updated_replicas,
          .ready_replicas = status.ready_replicas,
          .available_replicas = status.available_replicas,
          .unavailable_replicas = status.unavailable_replicas,
          .terminating_replicas = status.terminating_replicas,
          .collision_count = status.collision_count,
          .conditions = status.conditions};
}

constexpr std::string_view kLimitsField = "spec.strategy.rollingUpdate";

void SetStrategy(const DeploymentSpec& spec, Workload& workload) {
  workload.limits = {.desired = spec.replicas};
  if (spec.strategy_type == "Recreate") {
    workload.strategy = Strategy::kRecreate;
  } else if (spec.strategy_type != "RollingUpdate") {
    workload.strategy = Strategy::kOther;
    workload.strategy_error =
        "unexpected deployment strategy type: " + std::string(spec.strategy_type.text()) +
        ": set spec.strategy.type to RollingUpdate or Recreate";
  } else {
    const Result<Fenceposts> limits =
        ResolveFenceposts(spec.replicas, spec.max_surge, spec.max_unavailable, kLimitsField);
    if (limits.ok()) workload.limits = *limits;
    if (!limits.ok()) workload.strategy_error = limits.error().message;
  }
}

}  // namespace

Workload AsWorkload(const Deployment& deployment) {
  static const PlainKind kind;
  const DeploymentSpec& spec = deployment.spec;
  Workload workload{.kind = kind,
                    .meta = deployment.meta,
                    .replicas = spec.replicas,
                    .selector = spec.selector,
                    .template_json = spec.template_json.get(),
                    .template_fingerprint = spec.template_fingerprint,
                    .template_text = spec.template_text,
                    .large_annotations = &deployment.large_annotations,
                    .min_ready_seconds = spec.min_ready_seconds,
                    .paused = spec.paused,
                    .progress_deadline_seconds = spec.progress_deadline_seconds,
                    .revision_history_limit = spec.revision_history_limit,
                    .max_surge = spec.max_surge,
                    .max_unavailable = spec.max_unavailable,
                    .limits_field = kLimitsField,
                    .status = StatusOf(deployment.status),
                    .revision = RevisionText(deployment.meta)};
  if (const auto asked = deployment.meta.annotations.Find(kRollbackTo)) {
    workload.roll_back_to = ParseRevision(*asked);
  }
  SetStrategy(spec, workload);
  return workload;
}

DecodeInterest KeptForKind() { return {}; }

}  // namespace windlass::workload
