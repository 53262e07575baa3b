#include "test/unit/api/reference_decoder.h"

#include <nlohmann/json.hpp>
#include <string>
#include <tuple>

#include "test/unit/api/reference_members.h"

namespace windlass::test {

using nlohmann::json;
using Members = ReferenceMembers;

std::optional<Deployment> ReferenceDeployment(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  Deployment out;
  out.meta = ReferenceMetadata(object);
  ReferenceAnnotations(object, out.meta.annotations);
  out.spec.template_fingerprint = FingerprintOf("{}");
  object.Object("spec", [&](const Members& s) {
    s.Integer("replicas", out.spec.replicas);
    ReferenceSelector(s, out.spec.selector);
    s.Object("strategy", [&](const Members& strategy) {
      strategy.String("type", out.spec.strategy_type);
      strategy.Object("rollingUpdate", [&](const Members& r) {
        ReferenceIntOrPercent(r, "maxSurge", out.spec.max_surge);
        ReferenceIntOrPercent(r, "maxUnavailable", out.spec.max_unavailable);
      });
    });
    s.Integer("minReadySeconds", out.spec.min_ready_seconds);
    s.Bool("paused", out.spec.paused);
    s.Integer("progressDeadlineSeconds", out.spec.progress_deadline_seconds);
    s.Integer("revisionHistoryLimit", out.spec.revision_history_limit);
    out.spec.template_fingerprint = ReferenceFingerprint(s);
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
    ReferenceConditions(s, out.status.conditions);
  });
  return ok ? std::optional(out) : std::nullopt;
}

std::optional<ReplicaSet> ReferenceReplicaSet(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  ReplicaSet out;
  out.meta = ReferenceMetadata(object);
  ReferenceAnnotations(object, out.meta.annotations);
  out.template_fingerprint = FingerprintOf("{}");
  object.Object("spec", [&](const Members& s) {
    s.Integer("replicas", out.replicas);
    s.Integer("minReadySeconds", out.min_ready_seconds);
    out.template_fingerprint = ReferenceFingerprint(s);
  });
  object.Object("status", [&](const Members& s) {
    s.Integer("observedGeneration", out.status.observed_generation);
    s.Integer("replicas", out.status.replicas);
    s.Integer("readyReplicas", out.status.ready_replicas);
    s.Integer("availableReplicas", out.status.available_replicas);
    s.Integer("terminatingReplicas", out.status.terminating_replicas);
    ReferenceConditions(s, out.status.conditions);
  });
  // It observed what was not asked for yet: it is the status of a former one of that name.
  const int64_t generation = out.meta.generation;
  if (generation > 0 && out.status.observed_generation > generation) out.status = {};
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
  ReferenceAnnotations(object, out.meta.annotations);
  object.Object("data", [&](const Members& data) {
    for (const auto& [key, value] : data.object.items()) {
      std::string text;
      data.String(key.c_str(), text);
      if (!value.is_null()) out.data.emplace(key, text);
    }
  });
  return ok ? std::optional(out) : std::nullopt;
}

std::optional<Service> ReferenceService(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  Service out;
  out.meta = ReferenceMetadata(object);
  object.Object("metadata", [&](const Members& meta) {
    meta.Object("annotations", [&](const Members& annotations) {
      const std::string key(kKeptOfService);
      std::string text;
      annotations.String(key.c_str(), text);
      if (annotations.Find(key.c_str()) != nullptr) out.meta.annotations.Set(key, text);
    });
  });
  object.Object("spec", [&](const Members& spec) {
    std::string type;
    spec.String("type", type);
    out.external_name = type == "ExternalName";
    spec.Object("selector", [&](const Members& selector) {
      for (const auto& [key, value] : selector.object.items()) {
        std::string text;
        selector.String(key.c_str(), text);
        if (!value.is_null()) out.selector.Set(key, text);
      }
    });
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

bool Same(const Service& a, const Service& b) { return a == b; }

}  // namespace windlass::test
