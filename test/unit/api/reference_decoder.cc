#include "test/unit/api/reference_decoder.h"

#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "test/unit/api/reference_members.h"

namespace windlass::test {
namespace {

using nlohmann::json;
using Members = ReferenceMembers;

void ReadAnnotations(const Members& object, StringMap& out) {
  constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
  object.Object("metadata", [&](const Members& m) {
    const json* annotations = m.Find("annotations");
    if (annotations == nullptr) return;
    json kept = *annotations;
    if (kept.is_object()) kept.erase(kLastApplied);
    const json holder = {{"annotations", kept}};
    Members{holder, m.ok}.Map("annotations", out);
  });
}

void Conditions(const Members& status, std::vector<Condition>& out) {
  status.ForEach("conditions", [&](const json& element) {
    const Members c = ReferenceElement(element, status.ok);
    Condition condition;
    c.String("type", condition.type);
    c.String("status", condition.status);
    c.String("reason", condition.reason);
    c.String("message", condition.message);
    c.Time("lastUpdateTime", condition.last_update_time);
    c.Time("lastTransitionTime", condition.last_transition_time);
    out.push_back(condition);
  });
}

void IntOrString(const Members& parent, const char* key, std::optional<IntOrPercent>& out) {
  const json* value = parent.Find(key);
  if (value == nullptr) return;
  if (value->is_string()) {
    out = IntOrPercent::Percent(value->get<std::string>());
  } else if (value->is_number_integer()) {
    out.emplace();
    parent.ReadInteger(*value, out->int_value);
  } else {
    parent.ok = false;
  }
}

Fingerprint TemplateFingerprint(const Members& spec) {
  std::string text = "{}";
  spec.With("template", &json::is_object, [&](const json& v) { text = v.dump(); });
  const Result<std::string> canonical = CanonicalTemplate(text);
  spec.ok = spec.ok && canonical.ok();
  return canonical.ok() ? FingerprintOf(*canonical) : Fingerprint{};
}

}  // namespace

std::optional<Deployment> ReferenceDeployment(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  Deployment out;
  out.meta = ReferenceMetadata(object);
  ReadAnnotations(object, out.meta.annotations);
  out.spec.template_fingerprint = FingerprintOf("{}");
  object.Object("spec", [&](const Members& s) {
    s.Integer("replicas", out.spec.replicas);
    ReferenceSelector(s, out.spec.selector);
    s.Object("strategy", [&](const Members& strategy) {
      strategy.String("type", out.spec.strategy_type);
      strategy.Object("rollingUpdate", [&](const Members& r) {
        IntOrString(r, "maxSurge", out.spec.max_surge);
        IntOrString(r, "maxUnavailable", out.spec.max_unavailable);
      });
    });
    s.Integer("minReadySeconds", out.spec.min_ready_seconds);
    s.Bool("paused", out.spec.paused);
    s.Integer("progressDeadlineSeconds", out.spec.progress_deadline_seconds);
    s.Integer("revisionHistoryLimit", out.spec.revision_history_limit);
    out.spec.template_fingerprint = TemplateFingerprint(s);
  });
  object.Object("status", [&](const Members& s) {
    s.Integer("observedGeneration", out.status.observed_generation);
    s.Integer("replicas", out.status.replicas);
    s.Integer("updatedReplicas", out.status.updated_replicas);
    s.Integer("readyReplicas", out.status.ready_replicas);
    s.Integer("availableReplicas", out.status.available_replicas);
    s.Integer("unavailableReplicas", out.status.unavailable_replicas);
    s.Integer("terminatingReplicas", out.status.terminating_replicas);
    s.Integer("collisionCount", out.status.collision_count);
    Conditions(s, out.status.conditions);
  });
  return ok ? std::optional(out) : std::nullopt;
}

std::optional<ReplicaSet> ReferenceReplicaSet(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  ReplicaSet out;
  out.meta = ReferenceMetadata(object);
  ReadAnnotations(object, out.meta.annotations);
  out.template_fingerprint = FingerprintOf("{}");
  object.Object("spec", [&](const Members& s) {
    s.Integer("replicas", out.replicas);
    s.Integer("minReadySeconds", out.min_ready_seconds);
    out.template_fingerprint = TemplateFingerprint(s);
  });
  object.Object("status", [&](const Members& s) {
    s.Integer("observedGeneration", out.status.observed_generation);
    s.Integer("replicas", out.status.replicas);
    s.Integer("readyReplicas", out.status.ready_replicas);
    s.Integer("availableReplicas", out.status.available_replicas);
    s.Integer("terminatingReplicas", out.status.terminating_replicas);
    Conditions(s, out.status.conditions);
  });
  return ok ? std::optional(out) : std::nullopt;
}

std::optional<PodMetadata> ReferencePodMetadata(const json& json_object) {
  bool ok = true;
  PodMetadata out;
  out.meta = ReferenceMetadata({json_object, ok});
  return ok ? std::optional(out) : std::nullopt;
}

std::optional<ConfigMap> ReferenceConfigMap(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  ConfigMap out;
  out.meta = ReferenceMetadata(object);
  ReadAnnotations(object, out.meta.annotations);
  object.Object("data", [&](const Members& data) {
    for (const auto& [key, value] : data.object.items()) {
      std::string text;
      data.String(key.c_str(), text);
      if (!value.is_null()) out.data.emplace(key, text);
    }
  });
  return ok ? std::optional(out) : std::nullopt;
}

bool Same(const Deployment& a, const Deployment& b) {
  const auto spec = [](const DeploymentSpec& s) {
    return std::tie(s.replicas, s.selector, s.strategy_type, s.max_surge, s.max_unavailable,
                    s.min_ready_seconds, s.paused, s.progress_deadline_seconds,
                    s.revision_history_limit, s.template_fingerprint);
  };
  return a.meta == b.meta && spec(a.spec) == spec(b.spec) && a.status == b.status;
}

bool Same(const ReplicaSet& a, const ReplicaSet& b) {
  const auto all = [](const ReplicaSet& s) {
    return std::tie(s.meta, s.replicas, s.min_ready_seconds, s.template_fingerprint, s.status);
  };
  return all(a) == all(b);
}

bool Same(const PodMetadata& a, const PodMetadata& b) { return a.meta == b.meta; }

bool Same(const ConfigMap& a, const ConfigMap& b) { return a.meta == b.meta && a.data == b.data; }

}  // namespace windlass::test
