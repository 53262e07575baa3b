// Computes where the steps of a Rollout stand, and shows this in its status: in status.step, and in
// Progressing while the rollout is at a pause.
//
// A step begins with a write of the status, which changes no Pod. Only after that write does the
// planner get the limit of the step. So Pods are never ahead of the stored step (RO-058).
// Exception: if the API server refuses to store step 1, the planner gets its limit anyway.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "controller/rollout/steps.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// spec.strategy.steps
using Steps = std::span<const RolloutStep>;

// Returns true if the template is that of a revision which was complete once: Pods return to that
// revision, or have it already. In this case, neither steps nor spec.strategy.partition hold Pods
// back (RO-056, RO-086). Example: with 10 replicas and partition 7, 3 Pods have a bad revision. A
// rollback replaces all 3.
bool IsOfProven(const workload::Situation& situation);

// Returns where the steps stand; nullopt if steps do not matter now:
//   - there are no steps, or the strategy is refused or Recreate
//   - Pods follow another revision than that of the template (abort)
std::optional<StepState> StepsOf(const workload::Situation& situation, Steps steps);

// Returns true if the rollout has reached spec.strategy.partition, in place or by replacing Pods.
// No more Pods are updated until the partition is lowered, and no deadline runs (RO-099). Example:
// 10 replicas, partition 7: 3 new Pods, all available, and 7 old ones. Also true at 0 replicas, if
// the partition is to keep Pods at a former revision once there are some.
bool RestsAtPartition(const workload::Situation& situation, Steps steps);

// Returns a text about `step`. Example: "Step 2 of 4: pause for 10m".
std::string StepText(const workload::Situation& situation, Steps steps,
                     const RolloutStepStatus& step);

// Returns the write that puts the due step in force: the first step of a new template, or the step
// after a step that is over. Returns nullopt if no step is due, or if the API server refused the
// write in this sync. Returns Failed if the write failed for another reason, or if no revision is
// proven and the API server could not call a webhook (EndIfStatusLost). The write does not change
// status.observedGeneration.
std::optional<Step> BeginStep(const workload::Situation& situation, Steps steps);

// Sets the step in `status`, a draft, and Progressing:
//   - at a pause: Unknown/RolloutPausedAtStep, which does not change while the pause lasts
//   - after a pause: True/ReplicaSetUpdated, so that the progress deadline begins anew (RO-059)
//   - at a pause whose Pods are not all available: as after a pause, so that the deadline runs. The
//     draft's RolloutOwn::waits_for says what is missing (RO-131)
//   - at a partition: as at a pause, with the partition in the message (RO-099)
// While the Rollout is paused or the rollout is refused, no step begins, and a stored step of
// another template is removed. Exception: a paused Rollout keeps it while the defaults of the
// template are not known. If StepsOf returns nullopt, any stored step is removed.
void ShowSteps(const workload::Situation& situation, Steps steps, WorkloadStatus& status);

}  // namespace windlass::rollout
