// progressDeadlineSeconds: when is a rollout that does not move given up on? Source: D-425, D-433,
// D-440…D-444.
//
// It is a verdict and nothing more: the rollout goes on as before, and moves out of it by itself
// (D-427, D-428). Times have whole seconds here, as the API stores them.
//
// That a Pod is taken out of traffic for an update in place is progress, and that it is kept so for
// as long as was asked for no standstill: the time counts from the end of that (P-066).
// Nothing is written for it, and only drains that began before the deadline count: one that is
// begun again and again puts the verdict off by the deadline and one drain at most.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"
#include "controller/workload.h"

namespace windlass::deployment {

// The Progressing condition of `status` is older than the deadline allows, or says so already. Not
// without a deadline or condition, nor once the rollout has completed (D-433). Differs from
// upstream while the clock of whoever wrote the condition is ahead: no wait is longer than the
// deadline.
bool TimedOut(const Situation& situation, const WorkloadStatus& status);

// How long until TimedOut can be true: one second more than is left, since a stored time may be up
// to a second later than it says (D-440). nullopt when nothing will expire: no deadline, no
// condition, a verdict, a complete rollout, also one that lost Pods since (D-442, W-08).
std::optional<Duration> TimeUntilVerdict(const Situation& situation);

// `then`, or if it ends the sync, an end that looks again when the deadline has passed at the
// latest. A key has one such timer, and every sync that ends well sets it anew (W-09).
Step NoLaterThanDeadline(const Situation& situation, Step then);

}  // namespace windlass::deployment
