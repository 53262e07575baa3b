// The reference decoder of ReplicationControllers.
#include <nlohmann/json.hpp>
#include <tuple>

#include "test/unit/api/reference_decoder.h"
#include "test/unit/api/reference_members.h"

namespace windlass::test {

using nlohmann::json;
using Members = ReferenceMembers;

std::optional<ReplicationController> ReferenceReplicationController(const json& json_object) {
  bool ok = true;
  const Members object{json_object, ok};
  ReplicationController out;
  out.meta = ReferenceMetadata(object);
  ReferenceAnnotations(object, out.meta.annotations);
  out.template_json = NoTemplate();
  object.Object("spec", [&](const Members& s) {
    s.Integer("replicas", out.replicas);
    s.Integer("minReadySeconds", out.min_ready_seconds);
    s.Map("selector", out.selector);
    ReferenceTemplate(s, out.template_json);
  });
  object.Object("status", [&](const Members& s) {
    s.Integer("observedGeneration", out.status.observed_generation);
    s.Integer("replicas", out.status.replicas);
    s.Integer("fullyLabeledReplicas", out.status.fully_labeled_replicas);
    s.Integer("readyReplicas", out.status.ready_replicas);
    s.Integer("availableReplicas", out.status.available_replicas);
  });
  // It observed what was not asked for yet: it is the status of a former one of that name.
  const int64_t generation = out.meta.generation;
  if (generation > 0 && out.status.observed_generation > generation) out.status = {};
  return ok ? std::optional(out) : std::nullopt;
}

bool Same(const ReplicationController& a, const ReplicationController& b) {
  const auto all = [](const ReplicationController& s) {
    return std::tie(s.meta, s.replicas, s.min_ready_seconds, s.selector, s.status);
  };
  return all(a) == all(b) && SameText(a.template_json, b.template_json);
}

}  // namespace windlass::test
