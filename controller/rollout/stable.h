// Finds and notes the stable revision: the revision that was complete last. An abort returns to it.
//
// status.stableRevision names the stable revision. This field may be missing. Examples: the Rollout
// was restored from a backup, or took over the ReplicaSets of a Deployment in the middle of a
// rollout. For this case the ReplicaSet of a complete revision has a note
// (workload/revisions/proven.h, RO-121, RO-136).
#pragma once

#include <optional>
#include <span>

#include "controller/workload/situation.h"
#include "controller/workload/view.h"

namespace windlass::rollout {

// The functions by which RecoverStable reads the notes that updates in place make on ReplicaSets.
struct NotesInPlace {
  // Returns true if a note says that `rs` and another ReplicaSet are exchanging their templates.
  bool (*exchanges)(const ReplicaSet& rs) = nullptr;
  // Returns true if a note on another ReplicaSet of `all` says that Pods of `rs` get the template
  // of that other ReplicaSet.
  bool (*is_host)(const ReplicaSet& rs, std::span<const ReplicaSet* const> all) = nullptr;
};

// Finds the stable revision from the ReplicaSets if the status does not name it, or if its
// ReplicaSet was deleted. Sets Workload::kept_revision of the view's workload and, during an abort,
// Workload::follow_revision. The stable ReplicaSet is the first of these that exists:
//   1. the ReplicaSet whose note says that it was complete last
//   2. of the ReplicaSets without the requested template whose Pods are all available, the one with
//      most Pods
// Sets nothing if neither exists. Rule 2 leaves out
//   - a ReplicaSet whose Pods are updated in place: its Pods may have another template already
//   - a ReplicaSet that is younger than the Rollout, if the Rollout has a status: the status would
//     name its revision if it had been complete
// Rule 2 is not tried
//   - while a ReplicaSet is about to be adopted, because that ReplicaSet may have more Pods
//   - while two ReplicaSets exchange their templates in place, because either may be the stable
//     one. A stable revision that the status names then stays as it is
void RecoverStable(View& view, const NotesInPlace& notes);

// Returns the current ReplicaSet. This is normally the ReplicaSet of the template, and during an
// abort that of the stable revision. In two cases it is the ReplicaSet of status.currentRevision,
// if that exists:
//   - the template, or during an abort the stable revision, has no ReplicaSet
//   - the rollout is refused. The template may then have the ReplicaSet of an earlier revision,
//     which gets no Pods
// Returns null if neither ReplicaSet exists.
const ReplicaSet* CurrentReplicaSet(const workload::Situation& situation);

// Returns the Event about a stable revision that RecoverStable found and the stored status lacks.
// Returns nullopt if there is no such revision, or if it is the template's own revision, which has
// just been completed.
std::optional<Event> TellRecovered(const workload::Situation& situation);

// If the status names no stable revision, returns the write that stores the one which RecoverStable
// found, with the Event of TellRecovered. It comes before all other writes, because these change
// the ReplicaSets from which the revision was inferred. Example: an abort gives the stable
// ReplicaSet another revision number. Other results:
//   - nullopt, if there is nothing to store, or if the API server refused the write or could not
//     call a webhook for it
//   - Failed, if a write of the status failed in this sync for any other reason (EndIfStatusLost)
std::optional<Step> StoreRecovered(const workload::Situation& situation);

// Returns the write of a note on a ReplicaSet, which says that the ReplicaSet was complete. There
// are two such ReplicaSets:
//   - that of the template, if its revision is complete now and `holds` is false. Windlass writes
//     this note before the status names the revision as stable
//   - that of the stable revision, if this Rollout made the ReplicaSet, and it has no note yet
// `holds` is true if a step is not over. It is also true if the strategy has an error, because the
// steps are then not known. Returns nullopt if there is nothing to note, or if this sync has sent
// the note already, and the API server refused it or did not keep it (UnlessInVain).
std::optional<Step> NoteComplete(const workload::Situation& situation, bool holds);

}  // namespace windlass::rollout
