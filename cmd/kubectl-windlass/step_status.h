// Where the steps of a Rollout stand (docs/rollouts-steps.md), read from its status. Only values
// decide, never the text of a message.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "cmd/kubectl-windlass/json_fields.h"

namespace windlass::cli {

// Whether the Pods of the step are available. kAvailable and kNotAvailable are valid only at a
// pause, because Windlass notes only there whether the Pods are available. With kAvailable, Pods
// that a later scale-up has added may still be missing.
enum class StepPods : uint8_t {
  kAvailable,
  kNotAvailable,
  kNone,     // too few replicas for the step to have a Pod: scale up, or use --force
  kNotTold,  // not known: an older Windlass wrote the status
};

// The steps of a Rollout, as status.step shows them.
struct StepStatus {
  int64_t index = 0;  // from 1; above `total` when all steps are over
  int64_t total = 0;
  int64_t revision = 0;  // of the rollout that the steps belong to
  // Set if a user has removed the present step from the end of the list: the number that the step
  // had. Example: 5, if the list was cut to 3 steps during step 5. Otherwise 0.
  int64_t shortened_from = 0;
  bool is_pause = false;  // the step is a pause, or `shortened_from` is not 0
  bool ends = false;      // ends by itself: a pause with a duration, `shortened_from` is 0
  bool promoted = false;  // the annotation windlass.dev/promote ends this step, or all steps
  bool forced = false;    // the annotation does so even if Pods of the step are not available
  StepPods pods = StepPods::kNotTold;

  bool done() const { return index > total; }
};

// Returns where the steps of the Rollout stand; nullopt if it has no status.step.
std::optional<StepStatus> StepStatusOf(const Json& rollout);

// Returns the value of the annotation windlass.dev/promote that ends the step; with `full`, all
// steps. With `force`, the step ends although its Pods are not available. Examples for step 2 of
// revision 8: "2@8", "full@8", "2@8/force".
std::string PromoteText(const StepStatus& step, bool full, bool force);

// Returns why a step without a Pod does not end, and what to do: "with 1 replica, no Pod gets
// revision 8. To test revision 8, scale up. To end the pause without a test: kubectl windlass
// promote rollout/web --force".
// `object`: "rollout/web". With `full`, or at a step that is no pause, the text names the command
// that ends all steps.
std::string NoPodsText(const Json& rollout, const StepStatus& step, const std::string& object,
                       bool full);

// Returns "2 of 4"; "4 of 4 done" when all are over.
std::string StepText(const StepStatus& step);

}  // namespace windlass::cli
