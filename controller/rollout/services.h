// The two Services of spec.strategy.services: Windlass writes pod-template-hash into their
// selectors (service_target.h says which), and a condition tells how that goes
// (service_condition.h).
//
// Windlass never overwrites what somebody else wrote: it writes to a Service only if it has no
// annotation (service_facts.h), no key, the key that the annotation notes, or the right one. What
// somebody takes away it writes anew, at most twice a minute (RO-183). A rollout never waits for a
// Service that cannot be written (RO-185). It waits for one write: before the last Pods of a
// revision go, Services that select them are moved (RO-182). If somebody else changes such a
// Service just then, the Pods stay for another second, three times in a row at most.
#pragma once

#include "controller/core/step.h"
#include "controller/rollout/service_facts.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Returns the write to a Service that comes before `planned`, the planner's next step:
//   - before a status, and at the end of a sync: whatever is due
//   - before a ReplicaSet loses its last Pods: what moves Services away from them, and what takes
//     the key out of those that are named no more
// Returns a short Wait if Services are not known yet, or changed just then, and the last Pods of a
// revision are to go. Else returns `planned`, which looks again in time if a write was refused.
Step MoveServicesFirst(const workload::Situation& situation, const ServiceFacts& facts,
                       Step planned);

}  // namespace windlass::rollout
