#include "controller/deployment/deployment_workload.h"

#include <nlohmann/json.hpp>
#include <string>

#include "controller/deployment/rollback_annotation.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/in_place_annotations.h"
#include "controller/workload/requests/body_json.h"
#include "controller/workload/sizes/fenceposts.h"
#include "kubeclient/api/json_value.h"
#include "kubeclient/api/time.h"

namespace windlass::deployment {
namespace {

constexpr KindTraits kTraitsOfDeployments{
    .resource = resources::kDeployments,
    .noun = "deployment",
    .mirrors_settings = true,
    .rollback_request = "the annotation deprecated.deployment.rollback.to",
    .rollback_path = "/metadata/annotations/deprecated.deployment.rollback.to"};

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

// --- the spec ---

Strategy StrategyOf(const DeploymentSpec& spec) {
  if (spec.strategy_type == "RollingUpdate") return Strategy::kRollingUpdate;
  return spec.strategy_type == "Recreate" ? Strategy::kRecreate : Strategy::kOther;
}

constexpr std::string_view kLimitsField = "spec.strategy.rollingUpdate";

// Sets the strategy, and its limits or the reason why the strategy cannot be carried out.
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

// Returns all annotations that may be settings of updates in place. Obsolete and misspelt settings
// are included, so that users are warned. Without windlass.dev/in-place, settings have no effect,
// but are returned to be copied to the ReplicaSets (P-074).
std::vector<Setting> InPlaceSettings(const ObjectMeta& meta) {
  std::vector<Setting> settings;
  for (const auto& [key, value] : meta.annotations) {
    if (!key.text().starts_with(in_place::kInPlaceKey)) continue;
    settings.push_back({key.text(), value.text()});
  }
  return settings;
}

}  // namespace

const KindTraits& DeploymentKind::traits() const { return kTraitsOfDeployments; }

bool DeploymentKind::IsStored(const Workload& workload, const StatusDraft& draft) const {
  return draft.status == workload.status;
}

// The patch names every status field that we own, with null for an absent value. Its conditions
// replace the whole list. The status endpoint also stores annotations, without raising the
// generation. So the patch also writes a changed revision (D-166, D-703), and removes internal
// annotations that an undo copied to the Deployment (P-074).
Request DeploymentKind::WriteStatus(const Workload& workload, const StatusDraft& draft) const {
  const WorkloadStatus& status = draft.status;
  Json fields = Json::object();
  if (!draft.revision.empty()) {
    fields["metadata"]["annotations"][std::string(workload::kRevision)] =
        std::string(draft.revision);
  }
  for (const auto& [key, value] : workload.meta.annotations) {
    if (!workload::IsInternal(key)) continue;
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
                             DumpJson(fields));
}

bool DeploymentKind::HasStrayNotes(const Workload& workload) const {
  return workload::HasInternal(workload.meta);
}

Result<Request> DeploymentKind::RollBack(const Workload& workload, const std::string& own_json,
                                         const ReplicaSet& target,
                                         const std::string& template_json) const {
  return deployment::RollBack(workload, own_json, target, template_json);
}

Request DeploymentKind::ClearRollback(const Workload& workload) const {
  return deployment::ClearRollback(workload);
}

SettingPlace DeploymentKind::PlaceOf(std::string_view key) const {
  return {"annotation", std::string(key)};
}

std::string DeploymentKind::WayBackTo(const Workload& workload, std::string_view revision) const {
  return "kubectl rollout undo deployment/" + workload.meta.name + " -n " +
         std::string(workload.meta.namespace_.text()) + " --to-revision=" + std::string(revision);
}

Workload AsWorkload(const DeploymentKind& kind, const Deployment& deployment) {
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
