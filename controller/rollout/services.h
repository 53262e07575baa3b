// The two Services of spec.strategy.services: Windlass writes pod-template-hash into their
// selectors (service_target.h says which), and a condition tells how that goes.
//
//   ServicesSynced   when
//   True Synced      each named Service selects by a key that Windlass wrote
//   Unknown …        NoPodAvailable   a Service gets its key with the first available Pod
//                    ServicesNotRead, ServiceNotWritten: the API server is in trouble
//   False …          ServiceMissing, ServiceShared, ServiceChanged, ServiceWithoutSelector,
//                    ServiceSelectsOtherPods, PodsWithoutHash: what a user has to change
//                    ServiceTakenAway: somebody takes the key away again and again
//                    ServiceUpdateRefused, ServicesForbidden: what Windlass is not allowed to do
//   absent           no Service is named, and none is left with a key of this Rollout
//
// Windlass never overwrites what somebody else wrote: it writes to a Service only if it has no
// annotation (service_facts.h), no key, the key that the annotation notes, or the right one. What
// somebody takes away it writes anew, at most twice a minute (RO-183). A rollout never waits for a
// Service that cannot be written (RO-185). It waits for one write: before the last Pods of a
// revision go, Services that select them are moved (RO-182).
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/rollout/service_facts.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Returns the write to a Service that comes before `planned`, the planner's next step:
//   - before a status, and at the end of a sync: whatever is due
//   - before a ReplicaSet loses its last Pods: only what moves Services away from them
// Else returns `planned`, which looks again in time if a write was refused.
Step MoveServicesFirst(const workload::Situation& situation, const ServiceFacts& facts,
                       Step planned);

// Sets or removes the condition ServicesSynced in `status`, a draft.
void ShowServices(const workload::Situation& situation, const ServiceFacts& facts,
                  WorkloadStatus& status);

// Returns the Warning Event that goes with `status` if ServicesSynced becomes False, or stays so
// for another reason; nullopt otherwise.
std::optional<Event> TellServices(const workload::Situation& situation,
                                  const WorkloadStatus& status);

}  // namespace windlass::rollout
