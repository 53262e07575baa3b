// progressDeadlineSeconds: when a rollout that does not move is reported as timed out. Source:
// D-425, D-433, D-440…D-444.
//
// A timeout changes only what users read: the condition Progressing and, for a Rollout, what
// follows from it (phase, message and other conditions). The rollout continues, and its next
// progress replaces "timed out" in the condition (D-427, D-428). Times have whole seconds here, as
// the API stores them.
//
// While Windlass drains a Pod for an in-place update, the deadline does not run: it counts from the
// end of the drain time that the user asked for. This takes no status write (P-066). Only drains
// that began before the deadline count, so repeated drains delay the timeout by at most one
// deadline and one drain. Example: deadline 600 s, drain 30 s, last progress at 08:00:00, one drain
// from 08:09:00 to 08:09:30: the workload times out after 08:19:30.
#pragma once

#include <optional>

#include "controller/workload/situation.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns true if the Progressing condition of `status` reports the timeout already, or if the
// condition is older than the deadline allows. Returns false:
// - if there is no deadline or no Progressing condition
// - if the rollout has completed (D-433)
// - if the timeout is not reported yet, and no progress is due: the rollout rests at a step or a
//   partition, the extension has refused it, or Pods follow an earlier revision after an abort
//   (followed_revision.h)
// If the time of the condition is in the future, the rollout times out after that time plus the
// deadline, as with upstream.
bool TimedOut(const Situation& situation, const WorkloadStatus& status);

// Returns how long until TimedOut can become true: one second more than the time left, because a
// stored time is cut to whole seconds (D-440). Example: 30 s left: 31 s. Returns nullopt if nothing
// will time out:
// - no deadline or no condition
// - TimedOut is true already
// - the rollout is complete, or was complete and has lost Pods since (D-442, W-08)
// - no progress is due (see TimedOut)
// If the update time of the Progressing condition is in the future, it counts as now. Example: the
// deadline is 60 s, and the update time is an hour ahead: returns 61 s, while upstream would wait
// for an hour longer. After these 61 s, TimedOut is still false, and the next sync asks again.
std::optional<Duration> TimeUntilVerdict(const Situation& situation);

// Returns `then`. If `then` ends the sync, the result also asks for the next sync just after the
// deadline, or earlier. A key has one timer for this, which every successful sync sets anew (W-09).
Step NoLaterThanDeadline(const Situation& situation, Step then);

}  // namespace windlass::workload
