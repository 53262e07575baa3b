// Which ReplicaSet has a revision, or had it. A ReplicaSet that is rolled out again gets a new
// number; its history annotation keeps the former ones (D-164).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// Returns the revision of `rs`: as annotated, else the one that the status remembers by its name.
// An admission webhook or a tool may drop annotations. Returns 0 if neither has it.
int64_t NumberOf(const Workload& workload, const ReplicaSet& rs);

// Returns the same as text, as annotated; "" if neither has it.
std::string NumberText(const Workload& workload, const ReplicaSet& rs);

// Returns true if the workload has published the revision of `rs`, in the form that its kind
// publishes (RO-085).
bool IsPublished(const Workload& workload, const ReplicaSet& rs);

// Returns true if `revision` is one of the former numbers of `rs`.
bool HadRevision(const ReplicaSet& rs, int64_t revision);

// Returns the first of `replica_sets` that has the number `revision` now; null if there is none.
const ReplicaSet* FindRevision(const std::vector<const ReplicaSet*>& replica_sets,
                               int64_t revision);

// Returns the first of `replica_sets` that has the number `revision`, else the first that had it;
// null if there is none. No ReplicaSet has or had a revision below 1.
const ReplicaSet* FindRevisionOrFormer(const std::vector<const ReplicaSet*>& replica_sets,
                                       int64_t revision);

// Returns the note kComplete of a ReplicaSet with that pod-template-hash: "7/5d9dc68fdf". The hash
// shows whether a note is a copy: `kubectl rollout undo` gives a Deployment the annotations of a
// ReplicaSet, and other controllers give them to its next ReplicaSets.
std::string CompleteNote(std::string_view revision, std::string_view hash);

// Returns the revision that `rs` had when it was last complete; nullopt if it has no such note.
std::optional<int64_t> CompleteAs(const ReplicaSet& rs);

// Returns the ReplicaSet of `revision`, which was complete: one whose note says so, else that of
// FindRevisionOrFormer. After a restore two ReplicaSets may have had the number: one that was
// complete, and one that was made before the other came back (RO-138). Of several with the note,
// returns the one that has the number now, else the last.
const ReplicaSet* FindKept(const std::vector<const ReplicaSet*>& replica_sets, int64_t revision);

// Returns the same for the ReplicaSets of `workload`, except that it returns the ReplicaSet named
// Workload::kept_name if all of these hold:
//   - `revision` is Workload::kept_revision
//   - no ReplicaSet has a note for `revision`
//   - the named one has no annotation about a revision: an admission webhook or a tool has dropped
//     them
const ReplicaSet* FindKept(const Workload& workload,
                           const std::vector<const ReplicaSet*>& replica_sets, int64_t revision);

// Returns the ReplicaSet of Workload::kept_revision; null if there is none.
const ReplicaSet* FindStable(const Workload& workload,
                             const std::vector<const ReplicaSet*>& replica_sets);

// Returns the ReplicaSet of `replica_sets`, ordered oldest first, with the highest revision; if
// several have it, the youngest of these. Returns null if `replica_sets` is empty. After a rollback
// the result is not the youngest of all.
const ReplicaSet* LatestOf(const std::vector<const ReplicaSet*>& replica_sets);

// Returns the numbers of `replica_sets` in order: "revisions 1, 2 and 4", "revision 3". If there
// are more than 20, names the highest: "revisions 7, 8, …, 25 and 26, and lower ones". Returns "no
// revisions" if none has a number.
std::string NameRevisions(const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
