#include "test/sim/container_run.h"

#include <algorithm>
#include <utility>

namespace windlass::sim {

bool PodTruth::serving() const {
  return reachable && !containers.empty() &&
         std::ranges::all_of(containers, [](const ContainerTruth& one) { return one.serving; });
}

MonotonicTime PodTruth::since() const { return std::max(worked_since(), reachable_since); }

MonotonicTime PodTruth::worked_since() const {
  MonotonicTime latest = working_since;
  for (const ContainerTruth& one : containers) latest = std::max(latest, one.since);
  return latest;
}

Json StatusOf(const std::string& name, const ContainerRun& container) {
  const bool created = !container.id.empty();
  const bool running = container.state.contains("running");
  Json status = {{"name", name},
                 {"image", created ? container.image : container.wanted},
                 {"imageID", container.image_id},
                 {"ready", container.ready && running},
                 {"started", running},
                 {"restartCount", container.restarts},
                 {"state", container.state}};
  if (created) status["containerID"] = container.id;
  if (created && At(container.allocated, {"requests"}).is_object()) {
    status["allocatedResources"] = At(container.allocated, {"requests"});
  }
  if (created && !container.resources.empty()) status["resources"] = container.resources;
  status["lastState"] = container.last_state.is_null() ? Json::object() : container.last_state;
  return status;
}

Json StatusOfDone(const std::string& name, const std::string& image, const std::string& id,
                  const std::string& now) {
  return {{"name", name},
          {"image", image},
          {"imageID", ImageIdOf(image)},
          {"containerID", id},
          {"ready", true},
          {"started", false},
          {"restartCount", 0},
          {"state", Terminated(id, 0, "Completed", now)},
          {"lastState", Json::object()}};
}

Json Waiting(const std::string& reason, const std::string& message) {
  Json state;
  state["waiting"]["reason"] = reason;
  if (!message.empty()) state["waiting"]["message"] = message;
  return state;
}

Json Terminated(const std::string& id, int exit_code, const std::string& reason,
                const std::string& now) {
  Json state;
  state["terminated"] = {{"exitCode", exit_code}, {"reason", reason}, {"finishedAt", now}};
  if (!id.empty()) state["terminated"]["containerID"] = id;
  return state;
}

void SetCondition(Json& status, const std::string& type, bool holds, const std::string& now) {
  SetCondition(status, type, std::string(holds ? "True" : "False"), now);
}

void SetCondition(Json& status, const std::string& type, const std::string& value,
                  const std::string& now) {
  Json& conditions = status["conditions"];
  if (!conditions.is_array()) conditions = Json::array();
  for (Json& condition : conditions) {
    if (TextAt(condition, {"type"}) != type) continue;
    if (TextAt(condition, {"status"}) != value) condition["lastTransitionTime"] = now;
    condition["status"] = value;
    return;
  }
  conditions.push_back({{"type", type}, {"status", value}, {"lastTransitionTime", now}});
}

void SetReady(Json& pod, bool ready, const std::string& now) {
  SetCondition(pod["status"], "ContainersReady", ready, now);
  SetCondition(pod["status"], "Ready", ready, now);
}

}  // namespace windlass::sim
