// The steps of a rollout (spec.strategy.steps): how many Pods may have the new revision now, and
// when the next step begins.
//
//   steps: [{setUpdated: 1}, {pause: {duration: 10m}}, {setUpdated: 50%}, {pause: {}}]
//
//   step  10 replicas: Pods of the new revision  is over when
//   1     1                                      that Pod is available
//   2     1                                      the Pod has been available for 10 minutes, or a
//                                                user promotes the pause (kPromote)
//   3     5                                      all five are available
//   4     5                                      a user promotes the pause
//   done  10
//
// The functions here are pure. status.step stores the step in force, so a crash at any moment does
// not change this step. The next step is in force once it is stored there. The index in status.step
// only goes up, with these exceptions:
//   - the template changes: a new template begins at step 1
//   - a user shortens the list of steps
//   - status.step was removed, for example by an abort
// If a user edits the steps midway, Windlass looks up the stored index in the new list. If the new
// list is shorter than this index, its last pause is in force; if it has no pause, the rollout
// pauses at its last step (RO-050…RO-057, RO-130…RO-134).
//
// A pause is a promise to the user. Apart from an abort and a new template, only its duration, a
// promotion, or an edit of the steps ends it. If a step keeps an old Pod when the step begins, at
// least one old Pod stays until the step ends. This holds even if spec.replicas changes to another
// number above 0.
//
// A step is not over while no Pod can prove the new revision, unless a user forces the promotion.
// The cases:
//   - spec.replicas is 0
//   - the Rollout was scaled down to one replica during the rollout, and this replica keeps the old
//     revision. Example: a step of 20% updated 2 Pods of 10, and updates 0 Pods of 1
//
// Steps are skipped
//   - by the first rollout of a Rollout: there is no other revision to keep
//   - on the way back to a revision that was complete once
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "controller/api/rollout.h"
#include "controller/workload/annotations/annotations.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/unlimited.h"
#include "kubeclient/base/clock.h"

namespace windlass::rollout {

// The annotation by which a user ends pauses of a Rollout (RO-054, RO-133). Values other than those
// below do nothing. Windlass never removes the annotation.
//
//   2@8          ends the pause that is step 2 of the rollout of revision 8, as soon as all Pods of
//                the step are available
//   full@8       ends all steps of that rollout. At a pause, it waits until all Pods of the step
//                are available. At another step, it waits for the Pods that are updated so far,
//                but for at least one if the step asks for any
//   2@8/force    the same as 2@8, without waiting for Pods
//   full@8/force the same as full@8, without waiting for Pods
using workload::kPromote;

// Returns the value of kPromote that ends `step`: "2@8". If a user has cut the list of steps before
// the present step, the value names the former index. Example: at step 3, the list is cut to 2
// steps. Step 2, a pause, is in force again, and "3@8" ends it. The user's old "2@8", which ended
// step 2 before, must not end it again.
std::string PromoteText(const RolloutStepStatus& step);
// Returns the value that ends all steps of the rollout of `step`: "full@8".
std::string PromoteAllText(const RolloutStepStatus& step);
// A value of kPromote with this suffix takes effect without waiting for Pods.
inline constexpr std::string_view kForce = "/force";

// Returns the duration that `text` names: hours, minutes and seconds in this order, each at most
// once. Example: "1h30m" is 5400 s. Returns nullopt for anything else, and for a duration of 0.
std::optional<seconds> ParseDuration(std::string_view text);

// Returns why `value` is not a part of the Pods, and what to write instead; "" if it is a part.
// These are not a part: a negative count, a text that is not a percentage, a percentage above 100.
// A count may be above the number of Pods.
std::string PartError(const IntOrPercent& value);

// Returns why the steps cannot be carried out, with the field and what to write instead; "" if they
// can. Steps and a partition exclude each other, because both say how many Pods are updated. The
// CRD refuses the same steps, but an older CRD may have accepted them.
std::string StepsError(const RolloutStrategy& strategy);

// Returns how many of `desired` Pods have the new revision after a step with `set_updated`.
//   - a number: that many, at most all. With 10 desired, 3 gives 3, and 30 gives 10
//   - 1% to 99%: rounded up, at least 1, never all. With 10 desired, 25% gives 3, and 99% gives 9.
//     Exception: with 1 desired, the result is 0, because 1 would be all
//   - 100% or more: all
//   - any other value that StepsError refuses: 0
int32_t UpdatedBy(const IntOrPercent& set_updated, int32_t desired);

// The input of StepNow.
struct StepFacts {
  std::span<const RolloutStep> steps;         // spec.strategy.steps; not empty
  std::optional<RolloutStepStatus> stored{};  // status.step
  std::string_view template_id{};             // of the requested template
  int64_t revision = 0;                       // the number that the revision has or will have
  bool was_complete = false;                  // the revision was complete once
  bool is_first = false;                      // there is no other revision to keep
  int32_t desired = 0;                        // spec.replicas
  int32_t updated = 0;                        // Pods of the new revision
  int32_t available = 0;                      // Pods of the new revision that are available
  bool can_count = true;                      // false: `updated`, `available` are not known
  std::string_view promote{};                 // the value of kPromote
  WallTime now{};
};

struct StepState {
  // The step in force; its index is above its total if all steps are done.
  RolloutStepStatus step;
  // The step that begins now, because `step` is over. nullopt if `step` lasts.
  std::optional<RolloutStepStatus> next{};
  // The most Pods of the new revision while `step` is in force.
  int32_t updated_max = kUnlimited;
  // True if the rollout stands still at `step`, for one of two reasons:
  //   - `no_canary` is true
  //   - `step` is a pause that lasts, and `lacks_pods` is false
  bool pauses = false;
  // When the time of the pause is over; nullopt if the pause waits to be promoted, or if its time
  // does not run. The pause ends later if Pods of a scale-up are not available at that time.
  std::optional<WallTime> until{};
  // True if `step` is a pause that lasts, and its time does not run because its Pods are not all
  // available. Pods that a scale-up adds do not stop the time.
  bool lacks_pods = false;
  // True if `step` lasts because no Pod can prove the new revision (RO-190): the Rollout was scaled
  // down to one replica, which keeps the old revision. False if the rollout never had more
  // replicas. The rollout goes on with more replicas, "full@8/force" or, at a pause, "2@8/force".
  bool no_canary = false;

  bool done() const { return step.index > step.total; }
};

StepState StepNow(const StepFacts& facts);

}  // namespace windlass::rollout
