#include "controller/workload/status/deadline.h"

#include <algorithm>

#include "controller/workload/conditions.h"
#include "controller/workload/status/complete.h"
#include "controller/workload/status/counters.h"

namespace windlass::workload {
namespace {

const Condition* Progressing(const WorkloadStatus& status) {
  return FindCondition(status.conditions, kProgressing);
}

// Returns when the rollout last moved: the update time of `progressing` or, if later, the end of
// the last standstill. Example of a standstill: the drain of a Pod before its patch. A standstill
// that began after the deadline does not count (P-066).
WallTime MovedLast(const Situation& situation, const Condition& progressing) {
  const seconds deadline(*situation.workload.progress_deadline_seconds);
  WallTime moved = progressing.last_update_time;
  for (const Standstill& standstill : situation.extended.standstills) {
    if (standstill.since > progressing.last_update_time + deadline) continue;
    moved = std::max(moved, standstill.until);
  }
  return moved;
}

// Returns the time until the deadline; negative after it. Example: deadline 600 s, last moved 590 s
// ago: 10 s. A condition whose time is in the future counts as updated now.
seconds TimeLeft(const Situation& situation, const Condition& progressing) {
  const seconds deadline(*situation.workload.progress_deadline_seconds);
  const WallTime moved = MovedLast(situation, progressing);
  const seconds longest = deadline + (moved - progressing.last_update_time);
  return std::min(longest, moved + deadline - situation.now);
}

// Returns true if no more progress is expected, for one of these reasons:
//   - The rollout rests at a step or a partition.
//   - The extension has refused the rollout.
//   - After an abort, Pods follow an earlier revision (followed_revision.h).
bool NothingIsDue(const Situation& situation) {
  return situation.extended.at_rest || situation.extended.refused ||
         situation.workload.follow_revision;
}

}  // namespace

bool TimedOut(const Situation& situation, const WorkloadStatus& status) {
  const Condition* present = Progressing(status);
  if (!situation.has_progress_deadline() || present == nullptr) return false;
  if (present->reason == kAvailableReason) return false;
  if (present->reason == kExceededReason) return true;
  if (NothingIsDue(situation)) return false;
  return TimeLeft(situation, *present) < seconds(0);
}

std::optional<Duration> TimeUntilVerdict(const Situation& situation) {
  const Workload& workload = situation.workload;
  const Condition* present = Progressing(workload.status);
  if (!situation.has_progress_deadline() || present == nullptr) return std::nullopt;
  if (present->reason == kAvailableReason) return std::nullopt;
  if (DeploymentComplete(workload, CountReplicas(situation))) return std::nullopt;
  if (TimedOut(situation, workload.status)) return std::nullopt;  // the deadline has passed
  if (NothingIsDue(situation)) return std::nullopt;
  return TimeLeft(situation, *present) + seconds(1);
}

Step NoLaterThanDeadline(const Situation& situation, Step then) {
  return LookAgainNoLater(std::move(then), TimeUntilVerdict(situation));
}

}  // namespace windlass::workload
