// progressDeadlineSeconds: when a rollout that does not move is reported as timed out. Source:
// D-425, D-433, D-440…D-444.
//
// The verdict changes only the condition Progressing. The rollout goes on as before, and the
// verdict goes when the rollout moves (D-427, D-428). Times have whole seconds here, as the API
// stores them.
//
// Draining a Pod for an in-place update counts as progress until the end of the requested drain
// time: the deadline counts from there (P-066). This needs no write. Only drains that began before
// the deadline count, so repeated drains put the verdict off by at most one deadline and one drain.
// Example: deadline 600 s, drain 30 s, last progress at 08:00:00, one drain at 08:09:00: the
// workload times out after 08:19:30.
#pragma once

#include <optional>

#include "controller/workload/situation.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Returns true if the Progressing condition of `status` is older than the deadline allows, or
// reports the timeout already. Returns false:
// - without a deadline or the condition
// - if the rollout has completed (D-433)
// - if an in-place update has reached its partition or was refused
// - if Pods follow a revision (follow.h)
// Differs from upstream if the clock of the controller that wrote the condition was ahead: the wait
// is never longer than the deadline.
bool TimedOut(const Situation& situation, const WorkloadStatus& status);

// Returns how long until TimedOut can become true: one second more than is left, because a stored
// time is cut to whole seconds (D-440). Example: 30 s left: 31 s. Returns nullopt if nothing will
// time out:
// - no deadline or no condition
// - TimedOut is true already
// - the rollout is complete, even if it lost Pods since (D-442, W-08)
// - an in-place update has reached its partition or was refused
// - Pods follow a revision
std::optional<Duration> TimeUntilVerdict(const Situation& situation);

// Returns `then`. If `then` ends the sync, the result looks again when the deadline has passed, or
// earlier. A key has one such timer, and every sync that ends well sets it anew (W-09).
Step NoLaterThanDeadline(const Situation& situation, Step then);

}  // namespace windlass::workload
