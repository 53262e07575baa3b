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

// Sets the kept revision of the view's workload, and the revision that Pods follow, if the status
// does not tell which revision is stable, or its ReplicaSet was deleted, but the ReplicaSets tell:
//   1. the one with the note that it was complete last
//   2. without such notes, of those earlier ones of which all Pods, at least one, are available,
//      the one that has most. Not one whose Pods are updated in place: they may have another
//      template already. Only ReplicaSets that are older than the Rollout, or those that a Rollout
//      without any status finds: this Rollout would have a stable revision if it had completed one.
// Does nothing if neither exists, or while two ReplicaSets exchange their templates in place: the
// stable one may be among them, and says so again after the exchange.
void RecoverStable(View& view);

// Returns the ReplicaSet of status.currentRevision; null if there is none. A template that is not
// rolled out, such as one that was refused, has no ReplicaSet, and Pods keep the published
// revision.
const ReplicaSet* CurrentReplicaSet(const workload::Situation& situation);

// Returns the Event that tells of a stable revision which RecoverStable found and the stored status
// has not. Returns nullopt if there is no such revision, or if it is the present one, which has
// just been completed.
std::optional<Event> TellRecovered(const workload::Situation& situation);

// Returns the write that stores such a revision, with its Event, if the status tells of none. It
// comes before all else: the next writes change the ReplicaSets from which the revision was
// inferred. For example an abort gives its ReplicaSet another number. Returns Failed if it was not
// stored, and may be soon (EndIfStatusLost).
std::optional<Step> StoreRecovered(const workload::Situation& situation);

// Returns the write that notes on its ReplicaSet that a revision was complete: the present one, if
// it is now, or the stable one, if this Rollout made its ReplicaSet, which has no note yet. Returns
// nullopt if nothing is to be noted, or if this sync tried in vain. The note comes before the
// status that says the same. `holds`: a step is not over.
std::optional<Step> NoteComplete(const workload::Situation& situation, bool holds);

}  // namespace windlass::rollout
