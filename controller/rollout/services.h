// Writes pod-template-hash into the selectors of the two Services of spec.strategy.services.
// service_target.h chooses the hash, and service_condition.h reports the outcome.
//
// Windlass does not overwrite a key that another client changed after Windlass had written it
// (RO-183). It writes to a Service that the Rollout names only in these cases:
//   - the Service has no annotation of Windlass (service_facts.h)
//   - it has no key pod-template-hash
//   - it has the key that the annotation notes
//   - it has the right key already
// If another client takes the key away, Windlass writes the key again, at most twice a minute
// (RO-183).
//
// A rollout does not wait for Services that cannot be written (RO-185). It waits for one kind of
// write: before the last Pods of a revision are removed, Services that select these Pods are moved
// to other Pods (RO-182). If another client changes such a Service at that moment, the Pods stay
// for another second, at most three times in a row.
#pragma once

#include "controller/core/step.h"
#include "controller/rollout/service_facts.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Returns the write to a Service that comes before `planned`, the planner's next step:
//   - before the write of a status, and at the end of a sync: any write that is due
//   - before a ReplicaSet loses its last Pods: a write that moves a Service away from these Pods,
//     or takes the key out of a Service that the Rollout does not name any more
// Returns a short Wait if `planned` removes the last Pods of a revision, but
//   - the first list of Services is on its way. Exceptions: spec.replicas is 0, or Recreate
//   - or another client has just changed a Service that selects these Pods
// Otherwise, and always while new_one_unknown (workload/extension.h) is true, returns `planned`. A
// `planned` that ends the sync is changed so that it looks again when a write that failed or was
// put off is due again, and when NamedService::told_until ends.
Step MoveServicesFirst(const workload::Situation& situation, const ServiceFacts& facts,
                       Step planned);

}  // namespace windlass::rollout
