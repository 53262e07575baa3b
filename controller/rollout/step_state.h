// Finds out which of the steps of a Rollout is in force, and whether the rollout has reached
// spec.strategy.partition. Shows this in status.step and, at a pause or at the partition, in the
// condition Progressing.
//
// A step begins with a write of the status, which changes no Pod. Only after that write may the
// planner update as many Pods as the step allows. So Pods are never ahead of the stored step
// (RO-058). Exception: BeginStep may let the rollout go on although step 1 could not be stored.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "controller/rollout/steps.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// spec.strategy.steps
using Steps = std::span<const RolloutStep>;

// Returns true if the revision of the template was complete once. Pods then return to this
// revision, or have it already, and neither steps nor spec.strategy.partition hold Pods back
// (RO-056, RO-086). Example: with 10 replicas and partition 7, 3 Pods have a bad revision. A
// rollback replaces all 3, and the partition does not keep them.
bool IsOfProven(const workload::Situation& situation);

// Returns where the steps stand; nullopt if steps do not matter now:
//   - there are no steps, the strategy has an error, or the strategy is Recreate
//   - Pods follow another revision than that of the template (abort)
std::optional<StepState> StepsOf(const workload::Situation& situation, Steps steps);

// Returns true if the rollout has reached spec.strategy.partition, in place or by replacing Pods.
// No more Pods are updated until the partition is lowered, and no deadline runs (RO-099). Examples:
//   - 10 replicas, partition 7, with 3 new Pods, all available, and 7 old ones
//   - 0 replicas, if the partition will keep Pods at an earlier revision after a scale-up
// False while the Rollout is paused or aborted, or its strategy has an error.
bool RestsAtPartition(const workload::Situation& situation, Steps steps);

// Returns a text about `step`. Example: "Step 2 of 4: pause for 10m".
std::string StepText(const workload::Situation& situation, Steps steps,
                     const RolloutStepStatus& step);

// Returns the write that puts the due step in force: the first step of a new template, or the step
// after a step that is over. The write does not change status.observedGeneration. Returns nullopt
// if no step is due. If the write failed in this sync, returns
//   - after a refusal: nullopt. Exception: Failed, if the API server could not call a webhook, and
//     no revision is known to have been complete (EndIfStatusLost)
//   - otherwise: Failed
std::optional<Step> BeginStep(const workload::Situation& situation, Steps steps);

// Sets two parts of `status`, the draft of the next status. The condition Progressing becomes:
//   - at a pause whose Pods are all available: Unknown/RolloutPausedAtStep
//   - at a pause that lacks available Pods: True/ReplicaSetUpdated, so that the progress deadline
//     runs. RolloutOwn::waits_for in the draft says what is missing (RO-131)
//   - after a pause: True/ReplicaSetUpdated, so that the deadline begins anew (RO-059)
//   - at a partition: as at a pause, with the partition in the message (RO-099)
// While the Rollout is paused or the rollout is refused, Progressing is removed if there is no
// progress deadline; otherwise it stays as it is.
//
// The step in the draft:
//   - If the strategy has an error: the stored step of the same template stays, and the rollout
//     goes on there after a correction (RO-055). An abort in place removes the step.
//   - Otherwise, if StepsOf returns nullopt: no step.
//   - While the Rollout is paused or the rollout is refused: no step begins. A stored step of
//     another template is removed; during a pause, only once the defaults of the template are
//     known.
void ShowSteps(const workload::Situation& situation, Steps steps, WorkloadStatus& status);

}  // namespace windlass::rollout
