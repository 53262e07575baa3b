// Facts about the steps of a Rollout, for tests of what a step means and when it is over.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "controller/rollout/steps.h"
#include "test/unit/controller/rollout/stepped.h"

namespace windlass::rollout {

inline IntOrPercent Pods(int32_t count) { return IntOrPercent::Int(count); }
inline IntOrPercent Share(std::string text) { return IntOrPercent::Percent(std::move(text)); }

// Revision 8 of 10 replicas: 1 Pod, 10 minutes, 5 Pods, then until it is promoted.
struct StepCourse {
  StepCourse() { facts.steps = steps; }

  // Stores a step that began with 10 replicas. The Pods of a pause are available since then.
  void Store(int32_t index, WallTime started_at = kStart) {
    facts.stored = RolloutStepStatus{.index = index,
                                     .total = static_cast<int32_t>(steps.size()),
                                     .started_at = started_at,
                                     .revision = 8,
                                     .template_id = "t-new",
                                     .replicas = 10};
    const bool known = index >= 1 && index <= facts.stored->total;
    if (!known || !steps[static_cast<size_t>(index - 1)].pause) return;
    facts.stored->available_since = started_at;
    facts.stored->available = index == 2 ? 1 : 5;
    facts.stored->available_of = 10;
  }
  void Available(int32_t count) { facts.updated = facts.available = count; }

  std::vector<RolloutStep> steps{SetUpdated(Pods(1)), Pause("10m"), SetUpdated(Share("50%")),
                                 Pause()};
  StepFacts facts{.steps = {}, .template_id = "t-new", .revision = 8, .desired = 10, .now = kStart};
};

}  // namespace windlass::rollout
