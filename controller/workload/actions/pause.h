// A paused workload: kept at its size, never rolled out. Source: D-056…D-067, D-350.
//
// While paused:
//   - scaling goes on (HandleScaling);
//   - revision and annotations of the new ReplicaSet are kept up to date;
//   - history is cleaned up, even if the rollout is not complete. Exceptions: a rollback waits for
//     the resume (D-472), or it is not known which ReplicaSet has the template (RO-039);
//   - no ReplicaSet is created;
//   - the deadline does not run, and has no timer (D-443).
//
// Two differences from upstream (docs/differences.md):
//   - Upstream sends two status writes: first one with the condition Progressing, before anything
//     else, and later one with the counters. Windlass writes both at once, after the ReplicaSets
//     (D-610).
//   - If a user pauses a Deployment with the strategy Recreate while old Pods are terminating,
//     upstream starts Pods of another ReplicaSet beside them. Windlass never does that, paused or
//     not (S-010).
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the next step for a paused workload. Call only if spec.paused is true, and the extension
// has no step of its own (Extension::Next with Moment::kWhilePaused returned nullopt).
Step NextWhilePaused(const Situation& situation);

// Returns the status write after a pause: Progressing then says "resumed" instead of "paused", and
// the deadline counts anew from this write (D-063, D-064). Returns nullopt if the workload is
// paused, if Progressing does not say "paused", or if there is no deadline.
std::optional<Step> AcknowledgeResume(const Situation& situation);

}  // namespace windlass::workload
