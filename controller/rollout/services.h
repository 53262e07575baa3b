// Writes pod-template-hash into the selectors of the two Services of spec.strategy.services.
// service_target.h chooses the hash, and service_condition.h reports the outcome.
//
// Windlass does not overwrite a key that another client changed after Windlass had written it
// (RO-183). Windlass writes to a named Service only in these cases:
//   - the Service has no annotation of Windlass (service_facts.h)
//   - the Service has no key pod-template-hash
//   - the Service has the key that its annotation notes
//   - the Service has the right key already
// If another client removes the key, Windlass writes the key again, at most twice a minute
// (RO-183).
//
// A rollout goes on even if a Service cannot be written (RO-185). It waits in one case only: before
// the last Pods of a revision are removed, Services that select these Pods are moved to other Pods
// (RO-182). If another client changes such a Service at that moment, the Pods stay for another
// second, at most three times in a row.
#pragma once

#include "controller/core/step.h"
#include "controller/rollout/service_facts.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Returns the write to a Service that comes before `planned`, the planner's next step:
//   - before the write of a status, and at the end of a sync: any write that is due
//   - before a ReplicaSet loses its last Pods: a write that moves a Service away from these Pods,
//     or takes the key out of a Service that the Rollout does not name any more
// Returns a short Wait if `planned` removes the last Pods of a revision and one of these is true:
//   - the first list of Services has not arrived yet. Exceptions: spec.replicas is 0, or the
//     strategy is Recreate
//   - another client has just changed a Service that selects these Pods
// Otherwise returns `planned`. If `planned` ends the sync, the result also schedules the next sync
// for the earliest of these times:
//   - a write that failed or was put off is due again
//   - NamedService::told_until ends
// While it is not known which ReplicaSet has the template (Extended::new_one_unknown), always
// returns `planned` unchanged.
Step MoveServicesFirst(const workload::Situation& situation, const ServiceFacts& facts,
                       Step planned);

}  // namespace windlass::rollout
