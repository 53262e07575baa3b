// The reference decoder of Rollouts.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "test/unit/controller/api/reference_decoder.h"

namespace windlass::test {
namespace {

using nlohmann::json;
using Members = ReferenceMembers;

void ReadInPlace(const Members& strategy, RolloutStrategy& out) {
  strategy.Object("inPlace", [&](const Members& fields) {
    std::optional<std::string> label;
    for (const auto& [name, value] : fields.object.items()) {
      if (value.is_null()) continue;
      if (name == "drainLabel") {
        fields.Object("drainLabel", [&](const Members& parts) {
          std::string texts[3];
          parts.String("key", texts[0]);
          parts.String("serving", texts[1]);
          parts.String("drained", texts[2]);
          label = texts[0] + "=" + texts[1] + "/" + texts[2];
        });
        continue;
      }
      std::string& text = out.in_place[name];
      if (value.is_string()) {
        text = value.get<std::string>();
      } else if (value.is_boolean()) {
        text = value.get<bool>() ? "true" : "false";
      } else if (value.is_number_integer()) {
        int64_t number = 0;
        fields.ReadInteger(value, number);
        text = std::to_string(number);
      } else {
        fields.ok = false;
      }
    }
    const auto drain = out.in_place.find("drain");
    if (label && drain != out.in_place.end() && drain->second == "Label") {
      drain->second += ":" + *label;
    }
  });
}

// The texts of the status that are not members of their own, or are numbers in the JSON.
void ReadRevisions(const Members& status, RolloutStatus& out) {
  std::optional<int64_t> revision;
  status.Integer("currentRevision", revision);
  if (revision) out.current_revision = std::to_string(*revision);
  status.String("currentReplicaSet", out.current_replica_set.name);
  status.String("currentTemplateHash", out.current_replica_set.template_hash);
  status.String("stableReplicaSet", out.stable_replica_set.name);
  status.String("stableTemplateHash", out.stable_replica_set.template_hash);
}

Fields<RolloutStrategy> StrategyFields() {
  using enum FieldType;
  using Strategy = RolloutStrategy;
  return {{"type", &Strategy::type},
          RollingUpdate<Strategy>(),
          {"partition", &Strategy::partition},
          {"steps",
           &Strategy::steps,
           {{"setUpdated", &RolloutStep::set_updated},
            {"pause",
             {Then<RolloutStep>([](RolloutStep& step) { step.pause = true; }),
              {"duration", &RolloutStep::duration}}}}},
          {"services",
           &Strategy::services,
           {{"stable", &RolloutServices::stable}, {"canary", &RolloutServices::canary}}},
          {ReadInPlace,
           {{"inPlace", kObject},
            {"inPlace.drainLabel", kObject, false},
            {"inPlace.drainLabel.key", kString, false},
            {"inPlace.drainLabel.serving", kString, false},
            {"inPlace.drainLabel.drained", kString, false}}}};
}

Fields<RolloutSpec> RolloutSpecFields() {
  using Spec = RolloutSpec;
  return {
      {"replicas", &Spec::replicas},
      {"selector", &Spec::selector, SelectorFields()},
      {"strategy", &Spec::strategy, StrategyFields()},
      {"minReadySeconds", &Spec::min_ready_seconds},
      {"paused", &Spec::paused},
      {"abort", &Spec::abort},
      {"rollbackTo",
       {Then<Spec>([](Spec& spec) { spec.rollback_to = 0; }), {"revision", &Spec::rollback_to}}},
      {"progressDeadlineSeconds", &Spec::progress_deadline_seconds},
      {"revisionHistoryLimit", &Spec::revision_history_limit},
      {"template", &Spec::template_fingerprint}};
}

Fields<RolloutStepStatus> RolloutStepFields() {
  using Step = RolloutStepStatus;
  return {{"index", &Step::index},
          {"total", &Step::total},
          {"startedAt", &Step::started_at},
          {"revision", &Step::revision},
          {"template", &Step::template_id},
          {"replicas", &Step::replicas},
          {"availableSince", &Step::available_since},
          {"available", &Step::available},
          {"availableOf", &Step::available_of},
          {"shortenedFrom", &Step::shortened_from}};
}

Fields<RolloutStatus> RolloutStatusFields() {
  using enum FieldType;
  using Status = RolloutStatus;
  return {{"observedGeneration", &Status::observed_generation},
          Then<Status>([](Status& status) {
            status.observed_generation = std::max<int64_t>(status.observed_generation, 0);
          }),
          {"replicas", &Status::replicas},
          {"updatedReplicas", &Status::updated_replicas},
          {"readyReplicas", &Status::ready_replicas},
          {"availableReplicas", &Status::available_replicas},
          {"unavailableReplicas", &Status::unavailable_replicas},
          {"terminatingReplicas", &Status::terminating_replicas},
          {"collisionCount", &Status::collision_count},
          {"selector", &Status::selector},
          {"stableRevision", &Status::stable_revision},
          {"stableTemplate", &Status::stable_template},
          {ReadRevisions,
           {{"currentRevision", kInt64},
            {"currentReplicaSet", kString},
            {"currentTemplateHash", kString},
            {"stableReplicaSet", kString},
            {"stableTemplateHash", kString}}},
          {"images", &Status::images},
          {"stableImages", &Status::stable_images},
          {"stepText", &Status::step_text},
          {"phase", &Status::phase},
          {"message", &Status::message},
          {"step", &Status::step, RolloutStepFields()},
          {"rolledBack",
           &Status::rolled_back,
           {{"revision", &RolledBack::revision},
            {"became", &RolledBack::became},
            {"generation", &RolledBack::generation},
            {"toPrevious", &RolledBack::to_previous}}},
          {"conditions", &Status::conditions, ConditionFields()}};
}

}  // namespace

template <>
const Fields<Rollout>& FieldsOf() {
  static const Fields<Rollout> kFields = {
      Metadata<Rollout>(WithAnnotations::kYes),
      Then<Rollout>([](Rollout& out) { out.spec.template_fingerprint = FingerprintOf("{}"); }),
      {"spec", &Rollout::spec, RolloutSpecFields()},
      {"status", &Rollout::status, RolloutStatusFields()},
  };
  return kFields;
}

}  // namespace windlass::test
