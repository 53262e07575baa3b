// Where a rollout stands, as metrics show it. The phase is the first of these that applies:
//
//   phase         when
//   paused        spec.paused, unless spec.abort is true (RO-135)
//   stuck         something holds it up; `cause` says what
//   aborting      Pods go back because of spec.abort
//   waiting       for a user: at a pause among the steps, or with as many new Pods as a partition
//                 allows
//   progressing   otherwise
#pragma once

#include <cstdint>
#include <string_view>

#include "controller/workload/watch/rollout_words.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {

// The phases. A kind names those that its rollouts have (RolloutWords::phases), and may have
// further ones.
inline constexpr std::string_view kProgressingPhase = "progressing";
inline constexpr std::string_view kStuckPhase = "stuck";
inline constexpr std::string_view kPausedPhase = "paused";
inline constexpr std::string_view kWaitingPhase = "waiting";
inline constexpr std::string_view kAbortingPhase = "aborting";

struct RolloutState {
  std::string_view phase = kProgressingPhase;
  // Why the rollout is stuck; empty in other phases. StateOf returns a text that may belong to the
  // object, and is valid only as long as the object. RolloutsUnderWay replaces this text by a
  // string literal, the value of the label `cause` (RolloutWords::CauseOf).
  std::string_view cause{};
  bool operator==(const RolloutState&) const = default;
};

// Returns the label values that every kind of workloads has, for the kind named `kind`. Values that
// only some kinds have, such as those of an abort, are left out. The causes are reasons of
// conditions. Two causes are found in another way:
//   - QuotaExceeded: a ResourceQuota has no room for a Pod
//   - InvalidStrategy: the strategy of the workload cannot be carried out
RolloutWords WorkloadWords(std::string_view kind);

// Returns where the rollout of `workload` stands. Requires that the rollout is not complete. `hold`
// is what holds the rollout up, found by the kind or by an extension. It is empty if they found
// nothing.
RolloutState StateOf(const Workload& workload, const RolloutHold& hold);

// Returns true if the stored status shows a rollout that is not complete. Does not check whether
// the status is of the latest generation.
bool IsUnderWay(const Workload& workload);

// Returns true if the rollout has steps and the last step is not over, even if all Pods are updated
// (RO-134). Returns false if spec.replicas is 0.
bool IsAtStep(const Workload& workload);

// Returns true if the workload has Pods, or spec.replicas is above 0.
bool HasOrWantsPods(const Workload& workload);

// Returns true if all of these apply (RO-032):
//   - spec.abort is true
//   - the workload has Pods or wants some (HasOrWantsPods)
//   - the stored status shows that there is no revision to go back to, or that its ReplicaSet is
//     gone
// Each Pod then keeps its revision, and no rollout is complete, even if all Pods have one revision.
bool LacksTarget(const Workload& workload);

// Returns true if Pods of earlier revisions are left.
bool HasOldPods(const WorkloadStatus& status);

// Returns how many live Pods there are above replicas + maxSurge; 0 if the strategy is invalid.
// Example: 10 desired, maxSurge 3, 15 live Pods: 15 - (10 + 3) = 2.
int64_t PodsAboveSurge(const Workload& workload);

}  // namespace windlass::workload
