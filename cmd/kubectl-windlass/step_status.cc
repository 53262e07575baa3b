#include "cmd/kubectl-windlass/step_status.h"

#include <nlohmann/json.hpp>

namespace windlass::cli {
namespace {

// Windlass says since when the Pods are available. An older one does not, which shows by
// status.step.replicas: there the counters of all Pods have to do. Example: 4 Pods, 1 of them of
// the new revision: if 4 are available, so is that one; if 3 are, it may be any.
StepPods PodsOfStep(const Json& rollout) {
  if (FieldOf(rollout, "/status/step/availableSince") != nullptr) return StepPods::kAvailable;
  if (FieldOf(rollout, "/status/step/replicas") != nullptr) return StepPods::kNotAvailable;
  const int64_t replicas = NumberOf(rollout, "/status/replicas");
  const bool all = NumberOf(rollout, "/status/availableReplicas") >= replicas;
  if (all || NumberOf(rollout, "/status/updatedReplicas") == 0) return StepPods::kAvailable;
  return StepPods::kNotTold;
}

}  // namespace

std::optional<StepStatus> StepStatusOf(const Json& rollout) {
  if (FieldOf(rollout, "/status/step") == nullptr) return std::nullopt;
  StepStatus step{.index = NumberOf(rollout, "/status/step/index"),
                  .total = NumberOf(rollout, "/status/step/total"),
                  .revision = NumberOf(rollout, "/status/step/revision"),
                  .pods = PodsOfStep(rollout)};
  if (step.index < 1 || step.done()) return step;
  const std::string own = "/spec/strategy/steps/" + std::to_string(step.index - 1);
  step.is_pause = FieldOf(rollout, own + "/pause") != nullptr;
  step.ends = FieldOf(rollout, own + "/pause/duration") != nullptr;
  return step;
}

std::string StepText(const StepStatus& step) {
  const std::string total = std::to_string(step.total);
  if (step.done()) return total + " of " + total + " done";
  return std::to_string(step.index) + " of " + total;
}

}  // namespace windlass::cli
