#include "cmd/kubectl-windlass/step_status.h"

#include <nlohmann/json.hpp>

#include "controller/workload/annotations/annotations.h"

namespace windlass::cli {
namespace {

constexpr std::string_view kForce = "/force";

// Returns true if there are too few replicas for a Pod of the step (StepPods::kNone). Call this
// only if Pods of the step are not available. With 1 replica, phase Paused shows that the step has
// no Pod, but only if spec.paused is false: otherwise spec.paused may be the reason for the phase.
// So callers must look at spec.paused before they rely on kNone.
bool HasNoPods(const Json& rollout) {
  const int64_t replicas = NumberOf(rollout, "/spec/replicas", 1);
  return replicas == 0 || (replicas == 1 && TextOf(rollout, "/status/phase") == "Paused");
}

// Returns whether Pods of the step are available, by the first of these that applies:
//   - status.step.availableSince is set: kAvailable
//   - status.step.replicas is set: kNone or kNotAvailable
//   - the counters of an older Windlass show that all Pods are available, or that none is updated:
//     kAvailable
//   - otherwise: kNotTold. Example: 3 of 4 Pods are available, and 1 is updated. The missing one
//     may be the new Pod or an old one
StepPods PodsOfStep(const Json& rollout) {
  if (FieldOf(rollout, "/status/step/availableSince") != nullptr) return StepPods::kAvailable;
  if (FieldOf(rollout, "/status/step/replicas") != nullptr) {
    return HasNoPods(rollout) ? StepPods::kNone : StepPods::kNotAvailable;
  }
  const int64_t replicas = NumberOf(rollout, "/status/replicas");
  const bool all = NumberOf(rollout, "/status/availableReplicas") >= replicas;
  if (all || NumberOf(rollout, "/status/updatedReplicas") == 0) return StepPods::kAvailable;
  return StepPods::kNotTold;
}

// Sets `promoted` and `forced` of `step` from the annotation windlass.dev/promote.
void ReadPromotion(const Json& rollout, StepStatus& step) {
  const std::string value = AnnotationOf(rollout, workload::kPromote);
  const auto says = [&](bool force) {
    return value == PromoteText(step, false, force) || value == PromoteText(step, true, force);
  };
  step.forced = says(true);
  step.promoted = step.forced || says(false);
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
  ReadPromotion(rollout, step);
  step.ends = FieldOf(rollout, own + "/pause/duration") != nullptr && step.shortened_from == 0;
  return step;
}

std::string NoPodsText(const Json& rollout, const StepStatus& step, const std::string& object,
                       bool full) {
  const int64_t replicas = NumberOf(rollout, "/spec/replicas", 1);
  const bool all = full || !step.is_pause;
  const std::string revision = std::to_string(step.revision);
  return "with " + std::to_string(replicas) + (replicas == 1 ? " replica" : " replicas") +
         ", no Pod gets revision " + revision + ". To test revision " + revision +
         ", scale up. To end " + (all ? "all steps" : "the pause") +
         " without a test: kubectl windlass promote " + object +
         (all ? " --full --force" : " --force");
}

std::string StepText(const StepStatus& step) {
  const std::string total = std::to_string(step.total);
  if (step.done()) return total + " of " + total + " done";
  return std::to_string(step.index) + " of " + total;
}

}  // namespace windlass::cli
