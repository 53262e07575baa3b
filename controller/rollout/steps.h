// The steps of a rollout (spec.strategy.steps): how many Pods may have the new revision now, and
// when the next step begins.
//
//   steps: [{setUpdated: 1}, {pause: {duration: 10m}}, {setUpdated: 50%}, {pause: {}}]
//
//   step  10 replicas: Pods of the new revision  is over when
//   1     1                                      that Pod is available
//   2     1                                      it has been available for 10 minutes, or the pause
//                                                is promoted
//   3     5                                      all five are available
//   4     5                                      it is promoted
//   done  10
//
// Pure: the step in force is read from status.step, so a crash at any moment resumes it. The next
// step is in force once it is stored there. The step in force never goes back while the template is
// the same. A new template begins at step 1. If a user edits the steps midway, the index counts in
// the new list; an index past its end means its last pause (RO-050…RO-057, RO-130…RO-134).
//
// A pause is a promise. Only its user ends it: by promoting it, by its duration, or by editing the
// steps. A step keeps at least one old Pod if it kept one when it began, whatever the size becomes.
// Without replicas no step is over, because no Pod proves the new revision. The same holds for a
// single replica that stays old, unless the step began with one replica.
//
// Steps are skipped
//   - by the first rollout of all: there is no other revision to keep
//   - on the way back to a revision that was complete once
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "controller/workload/annotations.h"
#include "kubeclient/api/int_or_percent.h"
#include "kubeclient/api/rollout.h"
#include "kubeclient/api/unlimited.h"
#include "kubeclient/base/clock.h"

namespace windlass::rollout {

// The annotation of a Rollout that ends a pause (RO-054, RO-133). Any other value does nothing.
// Windlass never removes a value.
//
//   2@8          ends the pause that is step 2 of the rollout of revision 8, as soon as all Pods of
//                the step are available
//   full@8       ends all steps of that rollout, as soon as the Pods that are updated so far are
//                available; at a pause, as soon as all Pods of the step are
//   2@8/force    the same without waiting for Pods; likewise full@8/force
using workload::kPromote;

// Returns the value of kPromote that ends `step`: "2@8". If the list was shortened below the step,
// the value has the index that the step had: an annotation that ended the same pause before must
// not end it again. Example: held at step 3 of 4, of which two are left: "3@8".
std::string PromoteText(const RolloutStepStatus& step);
// Returns the value that ends all steps of the rollout of `step`: "full@8".
std::string PromoteAllText(const RolloutStepStatus& step);
// The end of either value if Windlass does not wait for Pods.
inline constexpr std::string_view kForce = "/force";

// Returns the duration that `text` names: hours, minutes and seconds in this order, each at most
// once. Example: "1h30m" is 5400 s. Returns nullopt for anything else, and for a duration of 0.
std::optional<seconds> ParseDuration(std::string_view text);

// Returns why the steps cannot be carried out, with the field and what to write instead. Returns an
// empty text if they can. The CRD refuses the same steps, but they may have been stored under an
// older CRD.
std::string StepsError(const RolloutStrategy& strategy);

// Returns how many of `desired` Pods have the new revision after a step with `set_updated`.
//   - a number: that many, at most all. 3 of 10: 3; 30 of 10: 10
//   - a percentage below 100: rounded up, at least 1, never all. 25% of 10: 3; 99% of 10: 9
//   - 100%: all
//   - 1 Pod and a percentage below 100: 0, because 1 would be all
//   - a value that StepsError refuses: 0
int32_t UpdatedBy(const IntOrPercent& set_updated, int32_t desired);

// What the step depends on.
struct StepFacts {
  std::span<const RolloutStep> steps;         // spec.strategy.steps; not empty
  std::optional<RolloutStepStatus> stored{};  // status.step
  std::string_view template_id{};             // of the requested template
  int64_t revision = 0;                       // that the rollout has, or will have
  bool was_complete = false;                  // the revision was complete once
  bool is_first = false;                      // there is no other revision to keep
  int32_t desired = 0;                        // spec.replicas
  int32_t updated = 0;                        // Pods of the new revision
  int32_t available = 0;                      // those of them that are available
  bool can_count = true;                      // false: updated and available are not known now
  std::string_view promote{};                 // the value of kPromote
  WallTime now{};
};

struct StepState {
  // The step in force; its index is above its total if all are done.
  RolloutStepStatus step;
  // The step that begins now, because `step` is over. nullopt if `step` lasts.
  std::optional<RolloutStepStatus> next{};
  // The most Pods of the new revision while `step` is in force.
  int32_t updated_max = kUnlimited;
  // True if no_canary, or if `step` is a pause that lasts, and its Pods work or there are no
  // replicas. `until`: when the pause ends by itself; nullopt: never.
  bool pauses = false;
  std::optional<WallTime> until{};
  // True if `step` is a pause that lasts, and not all of its updated_max Pods are available.
  bool lacks_pods = false;
  // True if `step` lasts because the one replica there is stays old, so no Pod proves the new
  // revision (RO-190). More replicas, or a forced promotion, let it go on.
  bool no_canary = false;

  bool done() const { return step.index > step.total; }
};

StepState StepNow(const StepFacts& facts);

}  // namespace windlass::rollout
