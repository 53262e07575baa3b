#include "controller/rollout/status_json.h"

#include <nlohmann/json.hpp>

namespace windlass::rollout {

Json ToJson(const std::optional<RolloutStepStatus>& step) {
  if (!step) return {};
  Json object = Json::object();
  object["index"] = step->index;
  object["total"] = step->total;
  object["startedAt"] = TimeOrNull(step->started_at);
  object["replicas"] = NumberOrNull(step->replicas);
  object["availableSince"] = TimeOrNull(step->available_since);
  object["available"] = step->available == 0 ? Json() : Json(step->available);
  object["availableOf"] = step->available_of == 0 ? Json() : Json(step->available_of);
  object["shortenedFrom"] = step->shortened_from == 0 ? Json() : Json(step->shortened_from);
  object["revision"] = step->revision;
  object["template"] = TextOrNull(step->template_id);
  return object;
}

Json ToJson(const std::optional<RolledBack>& rolled_back) {
  if (!rolled_back) return {};
  Json object = Json::object();
  object["revision"] = rolled_back->revision;
  object["became"] = rolled_back->became == 0 ? Json() : Json(rolled_back->became);
  object["generation"] = rolled_back->generation;
  return object;
}

}  // namespace windlass::rollout
