// Where a rollout stands, in the words that metrics use. Judged by the stored object alone. The
// first of these phases that applies:
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

// The words for `phase`.
inline constexpr std::string_view kProgressingPhase = "progressing";
inline constexpr std::string_view kStuckPhase = "stuck";
inline constexpr std::string_view kPausedPhase = "paused";
inline constexpr std::string_view kWaitingPhase = "waiting";
inline constexpr std::string_view kAbortingPhase = "aborting";
inline constexpr std::string_view kRolloutPhases[] = {kProgressingPhase, kStuckPhase, kPausedPhase,
                                                      kWaitingPhase, kAbortingPhase};

struct RolloutState {
  std::string_view phase = kProgressingPhase;
  // Why the rollout is stuck; empty in other phases. StateOf returns a reason, which is valid as
  // long as the object. RolloutsUnderWay then replaces the reason by the kind's word for it
  // (RolloutWords::CauseOf), which is valid for ever.
  std::string_view cause{};
  bool operator==(const RolloutState&) const = default;
};

// Returns the words that all kinds of workloads share, for the kind named `kind`. The causes are
// reasons of conditions, and two of our own: QuotaExceeded is a refused Pod for which a
// ResourceQuota has no room, and InvalidStrategy a strategy that cannot be carried out.
RolloutWords WorkloadWords(std::string_view kind);

// Returns where the rollout of `workload` stands. Requires that the rollout is not complete. `hold`
// is what holds the rollout up, as far as the kind or an extension knows; empty if neither knows
// anything.
RolloutState StateOf(const Workload& workload, const RolloutHold& hold);

// Returns true if the stored status shows a rollout that is not complete, whatever generation the
// status observes.
bool IsUnderWay(const Workload& workload);

// Returns true if a step of the rollout is not over, even if all Pods are updated (RO-134). Returns
// false if the workload is to have no Pods.
bool IsAtStep(const Workload& workload);

// Returns true if the workload has Pods, or is to have some.
bool HasOrWantsPods(const Workload& workload);

// Returns true if spec.abort is true, the workload has or wants Pods, and the revision that Pods
// are to go back to does not exist, as the spec or the stored status says (RO-032). Pods then stay
// where they are, and no rollout is complete, even if all Pods have one revision.
bool LacksTarget(const Workload& workload);

// Returns true if Pods of earlier revisions are left.
bool HasOldPods(const WorkloadStatus& status);

// Returns how many live Pods there are above replicas + maxSurge; 0 if the limits are not known.
// Example: 10 desired, maxSurge 3, 15 live Pods: 2.
int64_t PodsAboveSurge(const Workload& workload);

}  // namespace windlass::workload
