// The stable revision: the one that was complete last, which abort and rollback go back to.
//
// status.stableRevision names it. A status may be lost: the Rollout was restored from a backup, or
// took over the ReplicaSets of a Deployment in the middle of a rollout. So the ReplicaSet has a
// note, too (workload/proven.h), and the revision is found again (RO-121, RO-136).
#pragma once

#include <optional>
#include <string>

#include "controller/workload/situation.h"
#include "controller/workload/view.h"

namespace windlass::rollout {

// Finds the stable revision from the ReplicaSets if the status does not name it, or if its
// ReplicaSet was deleted. Sets the kept revision of the view's workload and, during an abort, the
// revision that Pods follow. The stable ReplicaSet is
//   1. the one with the note that it was complete last
//   2. without such notes: of the earlier ReplicaSets that have Pods, all of them available, the
//      one with most Pods. A ReplicaSet whose Pods are updated in place does not count: they may
//      have another template already. Only ReplicaSets that are older than the Rollout count, or
//      all if the Rollout has no status yet: the status would name a revision that this Rollout has
//      completed.
// Does nothing if neither exists. While two ReplicaSets exchange their templates in place, the
// stable one may be among them, and says so again after the exchange. Until then, does nothing if
// the status names a stable revision, and uses only rule 1 otherwise.
void RecoverStable(View& view);

// Returns the ReplicaSet of status.currentRevision; null if there is none. A template that is not
// rolled out, such as one that was refused, has no ReplicaSet, and Pods keep the published
// revision.
const ReplicaSet* CurrentReplicaSet(const workload::Situation& situation);

// Returns the Event about a stable revision that RecoverStable found and the stored status lacks.
// Returns nullopt if there is no such revision, or if it is the present one, which has just been
// completed.
std::optional<Event> TellRecovered(const workload::Situation& situation);

// Returns the write that stores such a revision, with its Event, if the status names no stable
// revision. The write comes first, because the next writes change the ReplicaSets from which the
// revision was inferred. For example, an abort gives its ReplicaSet another number. Returns Failed
// if the write was not stored, but may be soon (EndIfStatusLost).
std::optional<Step> StoreRecovered(const workload::Situation& situation);

// Returns the write that notes on its ReplicaSet that a revision was complete:
//   - the present revision, if it is complete now
//   - the stable revision, if this Rollout made its ReplicaSet, and that has no note yet
// Returns nullopt if nothing is to be noted, or if this sync tried in vain. The note is written
// before the status that says the same. `holds`: a step is not over.
std::optional<Step> NoteComplete(const workload::Situation& situation, bool holds);

}  // namespace windlass::rollout
