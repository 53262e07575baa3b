// The reference decoder of the updates of ReplicationControllers.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "test/unit/api/reference_members.h"
#include "test/unit/controller/api/reference_decoder.h"

namespace windlass::test {
namespace {

using nlohmann::json;
using Members = ReferenceMembers;

void ReadSpec(const Members& spec, ReplicationControllerUpdateSpec& out) {
  spec.String("newName", out.new_name);
  spec.String("image", out.image);
  spec.String("container", out.container);
  spec.String("imagePullPolicy", out.image_pull_policy);
  spec.String("deploymentLabelKey", out.deployment_label_key);
  spec.String("updatePeriod", out.update_period);
  spec.String("timeout", out.timeout);
  spec.String("cleanup", out.cleanup);
  spec.String("onExternalScale", out.on_external_scale);
  spec.Integer("minReadySeconds", out.min_ready_seconds);
  spec.Bool("rollback", out.rollback);
  spec.Bool("paused", out.paused);
  ReferenceIntOrPercent(spec, "maxSurge", out.max_surge);
  ReferenceIntOrPercent(spec, "maxUnavailable", out.max_unavailable);
  spec.Object("controller", [&](const Members& controller) {
    NewControllerContent& content = out.controller.emplace();
    content.template_json = NoTemplate();
    controller.Object("metadata", [&](const Members& m) {
      m.Map("labels", content.labels);
      m.Map("annotations", content.annotations);
    });
    controller.Object("spec", [&](const Members& s) {
      s.Map("selector", content.selector);
      int32_t replicas = 0;
      s.Integer("replicas", replicas);
      if (s.Find("replicas") != nullptr) content.replicas = replicas;
      ReferenceTemplate(s, content.template_json);
    });
  });
}

void Count(const Members& status, const char* key, std::optional<int32_t>& out) {
  int32_t count = 0;
  status.Integer(key, count);
  if (status.Find(key) != nullptr) out = count;
}

void ReadStatus(const Members& status, ReplicationControllerUpdateStatus& out) {
  status.Integer("observedGeneration", out.observed_generation);
  out.observed_generation = std::max<int64_t>(out.observed_generation, 0);
  status.Integer("earlierRollouts", out.earlier_rollouts);
  out.earlier_rollouts = std::clamp<int64_t>(out.earlier_rollouts, 0, kEarlierRolloutsMax);
  status.String("phase", out.phase);
  status.String("message", out.message);
  status.String("step", out.step);
  status.Bool("rollback", out.rollback);
  status.String("newName", out.new_name);
  Count(status, "desiredReplicas", out.desired_replicas);
  Count(status, "oldReplicas", out.old_replicas);
  Count(status, "newReplicas", out.new_replicas);
  Count(status, "availableReplicas", out.available_replicas);
  status.Object("scaling", [&](const Members& s) {
    PendingScaling& scaling = out.scaling.emplace();
    s.String("name", scaling.name);
    s.Integer("from", scaling.from);
  });
  status.Time("lastScaleTime", out.last_scale_time);
  status.Time("deadline", out.deadline);
  status.ForEach("lines", [&](const json& line) {
    status.ok = status.ok && line.is_string();
    if (status.ok) out.lines.push_back(line.get<std::string>());
  });
  status.Integer("lineCount", out.line_count);
  status.String("journal", out.journal);
  ReferenceConditions(status, out.conditions);
}

bool SameContent(const std::optional<NewControllerContent>& a,
                 const std::optional<NewControllerContent>& b) {
  if (a.has_value() != b.has_value()) return false;
  if (!a) return true;
  return a->labels == b->labels && a->annotations == b->annotations && a->replicas == b->replicas &&
         a->selector == b->selector && SameText(a->template_json, b->template_json);
}

}  // namespace

std::optional<ReplicationControllerUpdate> ReferenceReplicationControllerUpdate(
    const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  ReplicationControllerUpdate out;
  out.meta = ReferenceMetadata(object);
  ReferenceAnnotations(object, out.meta.annotations);
  object.Object("spec", [&](const Members& s) { ReadSpec(s, out.spec); });
  object.Object("status", [&](const Members& s) { ReadStatus(s, out.status); });
  return ok ? std::optional(out) : std::nullopt;
}

bool Same(const ReplicationControllerUpdate& a, const ReplicationControllerUpdate& b) {
  const auto spec = [](const ReplicationControllerUpdateSpec& s) {
    return std::tie(s.new_name, s.image, s.container, s.image_pull_policy, s.deployment_label_key,
                    s.update_period, s.timeout, s.max_surge, s.max_unavailable, s.min_ready_seconds,
                    s.cleanup, s.on_external_scale, s.rollback, s.paused);
  };
  return a.meta == b.meta && spec(a.spec) == spec(b.spec) && a.status == b.status &&
         SameContent(a.spec.controller, b.spec.controller);
}

}  // namespace windlass::test
