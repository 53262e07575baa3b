// The two Services of spec.strategy.services: Windlass writes pod-template-hash into their
// selectors (service_target.h says which), and a condition reports the outcome
// (service_condition.h).
//
// Windlass never overwrites what another client wrote: it writes to a Service only if the Service
// has no annotation (service_facts.h), no key, the key that the annotation notes, or the right key.
// If another client takes the key away, Windlass writes it again, at most twice a minute (RO-183).
// A rollout never waits for a Service that cannot be written (RO-185). It waits for one write:
// before the last Pods of a revision go, Services that select them are moved (RO-182). If another
// client changes such a Service at that moment, the Pods stay for another second, three times in a
// row at most.
#pragma once

#include "controller/core/step.h"
#include "controller/rollout/service_facts.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Returns the write to a Service that comes before `planned`, the planner's next step:
//   - before a status, and at the end of a sync: whatever is due
//   - before a ReplicaSet loses its last Pods: what moves Services away from them, and what takes
//     the key out of those that are named no more
// Returns a short Wait if the last Pods of a revision are to go, and the Services are not known yet
// or one of them has just changed. Otherwise returns `planned`, which looks again in time if a
// write was refused.
Step MoveServicesFirst(const workload::Situation& situation, const ServiceFacts& facts,
                       Step planned);

}  // namespace windlass::rollout
