// The reference decoder of Rollouts.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "test/unit/api/reference_members.h"
#include "test/unit/controller/api/reference_decoder.h"

namespace windlass::test {
namespace {

using nlohmann::json;
using Members = ReferenceMembers;

// An optional number of 64 bits.
void Wide(const Members& parent, const char* key, std::optional<int64_t>& out) {
  int64_t number = 0;
  parent.Integer(key, number);
  if (parent.Find(key) != nullptr) out = number;
}

void ReadStrategy(const Members& strategy, RolloutStrategy& out) {
  strategy.String("type", out.type);
  strategy.Object("rollingUpdate", [&](const Members& r) {
    ReferenceIntOrPercent(r, "maxSurge", out.max_surge);
    ReferenceIntOrPercent(r, "maxUnavailable", out.max_unavailable);
  });
  ReferenceIntOrPercent(strategy, "partition", out.partition);
  strategy.ForEach("steps", [&](const json& element) {
    const Members step = ReferenceElement(element, strategy.ok);
    RolloutStep& read = out.steps.emplace_back();
    ReferenceIntOrPercent(step, "setUpdated", read.set_updated);
    step.Object("pause", [&](const Members& pause) {
      read.pause = true;
      std::string duration;
      pause.String("duration", duration);
      if (pause.Find("duration") != nullptr) read.duration = duration;
    });
  });
  strategy.Object("services", [&](const Members& services) {
    services.String("stable", out.services.stable);
    services.String("canary", out.services.canary);
  });
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

void ReadStatus(const Members& status, RolloutStatus& out) {
  status.Integer("observedGeneration", out.observed_generation);
  out.observed_generation = std::max<int64_t>(out.observed_generation, 0);
  status.Integer("replicas", out.replicas);
  status.Integer("updatedReplicas", out.updated_replicas);
  status.Integer("readyReplicas", out.ready_replicas);
  status.Integer("availableReplicas", out.available_replicas);
  status.Integer("unavailableReplicas", out.unavailable_replicas);
  status.Integer("terminatingReplicas", out.terminating_replicas);
  status.Integer("collisionCount", out.collision_count);
  status.String("selector", out.selector);
  std::optional<int64_t> revision;
  Wide(status, "currentRevision", revision);
  if (revision) out.current_revision = std::to_string(*revision);
  Wide(status, "stableRevision", out.stable_revision);
  status.String("stableTemplate", out.stable_template);
  status.String("currentReplicaSet", out.current_replica_set.name);
  status.String("currentTemplateHash", out.current_replica_set.template_hash);
  status.String("stableReplicaSet", out.stable_replica_set.name);
  status.String("stableTemplateHash", out.stable_replica_set.template_hash);
  status.String("images", out.images);
  status.String("stableImages", out.stable_images);
  status.String("stepText", out.step_text);
  status.String("phase", out.phase);
  status.String("message", out.message);
  status.Object("step", [&](const Members& step) {
    out.step.emplace();
    step.Integer("index", out.step->index);
    step.Integer("total", out.step->total);
    step.Time("startedAt", out.step->started_at);
    step.Integer("revision", out.step->revision);
    step.String("template", out.step->template_id);
  });
  status.Object("rolledBack", [&](const Members& back) {
    out.rolled_back.emplace();
    back.Integer("revision", out.rolled_back->revision);
    back.Integer("became", out.rolled_back->became);
    back.Integer("generation", out.rolled_back->generation);
  });
  ReferenceConditions(status, out.conditions);
}

}  // namespace

std::optional<Rollout> ReferenceRollout(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  Rollout out;
  out.meta = ReferenceMetadata(object);
  ReferenceAnnotations(object, out.meta.annotations);
  out.spec.template_fingerprint = FingerprintOf("{}");
  object.Object("spec", [&](const Members& s) {
    s.Integer("replicas", out.spec.replicas);
    ReferenceSelector(s, out.spec.selector);
    s.Object("strategy", [&](const Members& r) { ReadStrategy(r, out.spec.strategy); });
    s.Integer("minReadySeconds", out.spec.min_ready_seconds);
    s.Bool("paused", out.spec.paused);
    s.Bool("abort", out.spec.abort);
    s.Object("rollbackTo", [&](const Members& r) {
      out.spec.rollback_to = 0;
      r.Integer("revision", *out.spec.rollback_to);
    });
    s.Integer("progressDeadlineSeconds", out.spec.progress_deadline_seconds);
    s.Integer("revisionHistoryLimit", out.spec.revision_history_limit);
    out.spec.template_fingerprint = ReferenceFingerprint(s);
  });
  object.Object("status", [&](const Members& s) { ReadStatus(s, out.status); });
  return ok ? std::optional(out) : std::nullopt;
}

bool Same(const Rollout& a, const Rollout& b) {
  const auto spec = [](const RolloutSpec& s) {
    return std::tie(s.replicas, s.selector, s.strategy, s.min_ready_seconds, s.paused, s.abort,
                    s.rollback_to, s.progress_deadline_seconds, s.revision_history_limit,
                    s.template_fingerprint);
  };
  return a.meta == b.meta && spec(a.spec) == spec(b.spec) && a.status == b.status;
}

}  // namespace windlass::test
