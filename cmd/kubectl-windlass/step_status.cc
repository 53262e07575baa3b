#include "cmd/kubectl-windlass/step_status.h"

#include <nlohmann/json.hpp>

#include "controller/workload/annotations.h"

namespace windlass::cli {
namespace {

constexpr std::string_view kForce = "/force";

// Windlass says since when the Pods are available. An older one does not, which shows by
// status.step.replicas: there the counters of all Pods have to do. Example: 4 Pods, 1 of them of
// the new revision: if 4 are available, so is that one; if 3 are, it may be any.
StepPods PodsOfStep(const Json& rollout) {
  if (FieldOf(rollout, "/status/step/availableSince") != nullptr) return StepPods::kAvailable;
  // At a pause without a canary, as after scaling to 0 or to the one Pod that stays old, none is
  // missing.
  const bool has_all =
      NumberOf(rollout, "/status/availableReplicas") >= NumberOf(rollout, "/spec/replicas");
  if (has_all && NumberOf(rollout, "/status/updatedReplicas") == 0) return StepPods::kAvailable;
  if (FieldOf(rollout, "/status/step/replicas") != nullptr) return StepPods::kNotAvailable;
  const int64_t replicas = NumberOf(rollout, "/status/replicas");
  const bool all = NumberOf(rollout, "/status/availableReplicas") >= replicas;
  if (all || NumberOf(rollout, "/status/updatedReplicas") == 0) return StepPods::kAvailable;
  return StepPods::kNotTold;
}

// Returns true for "2@8" and "full@8", each also with "/force".
bool IsPromoted(const Json& rollout, const StepStatus& step) {
  std::string value = AnnotationOf(rollout, workload::kPromote);
  if (value.ends_with(kForce)) value.resize(value.size() - kForce.size());
  return value == PromoteText(step, false, false) || value == PromoteText(step, true, false);
}

}  // namespace

std::string PromoteText(const StepStatus& step, bool full, bool force) {
  const int64_t number = step.shortened_from > 0 ? step.shortened_from : step.index;
  return (full ? "full" : std::to_string(number)) + '@' + std::to_string(step.revision) +
         std::string(force ? kForce : "");
}

std::optional<StepStatus> StepStatusOf(const Json& rollout) {
  if (FieldOf(rollout, "/status/step") == nullptr) return std::nullopt;
  StepStatus step{.index = NumberOf(rollout, "/status/step/index"),
                  .total = NumberOf(rollout, "/status/step/total"),
                  .revision = NumberOf(rollout, "/status/step/revision"),
                  .shortened_from = NumberOf(rollout, "/status/step/shortenedFrom"),
                  .pods = PodsOfStep(rollout)};
  if (step.index < 1 || step.done()) return step;
  const std::string own = "/spec/strategy/steps/" + std::to_string(step.index - 1);
  step.is_pause = FieldOf(rollout, own + "/pause") != nullptr || step.shortened_from > 0;
  step.promoted = IsPromoted(rollout, step);
  step.ends = FieldOf(rollout, own + "/pause/duration") != nullptr && step.shortened_from == 0;
  return step;
}

std::string StepText(const StepStatus& step) {
  const std::string total = std::to_string(step.total);
  if (step.done()) return total + " of " + total + " done";
  return std::to_string(step.index) + " of " + total;
}

}  // namespace windlass::cli
