// Which ReplicaSet has a revision, or had it. A ReplicaSet that is rolled out again gets a new
// number; its history annotation keeps the former numbers (D-164).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::workload {

// Returns the revision of `rs` from its annotation; 0 if the annotation is not a number. If a
// webhook or a tool has removed the annotation, returns the revision that the workload's status has
// for the name of `rs`; 0 if the status has none.
int64_t NumberOf(const Workload& workload, const ReplicaSet& rs);

// Returns the revision annotation of `rs` as written. Without the annotation, returns the number
// from the workload's status (NumberOf) as text; "" if the status does not have it, either.
std::string NumberText(const Workload& workload, const ReplicaSet& rs);

// Returns true if the workload has published `revision`, the text of a ReplicaSet's annotation:
// Workload::revision has the same text. A kind with KindTraits::publishes_numbers publishes "007"
// as "7", and "seven", which is no number, as "" (RO-085).
bool IsPublished(const Workload& workload, std::string_view revision);

// Returns true if the workload has published the revision of `rs` (NumberText).
bool IsPublished(const Workload& workload, const ReplicaSet& rs);

// Returns the ReplicaSet of the published revision, the first of these that exists:
//   1. the ReplicaSet that has the revision and is named in the status
//   2. another ReplicaSet that has the revision
//   3. the ReplicaSet that is named in the status, if its revision cannot be read
//   4. a ReplicaSet that once had the revision
// Returns null if none exists, or if the published revision is absent or not a number above 0.
const ReplicaSet* FindPublished(const Workload& workload,
                                const std::vector<const ReplicaSet*>& replica_sets);

// Returns true if `revision` is one of the former numbers of `rs`.
bool HadRevision(const ReplicaSet& rs, int64_t revision);

// Returns the first of `replica_sets` that has the number `revision` now; null if there is none.
const ReplicaSet* FindRevision(const std::vector<const ReplicaSet*>& replica_sets,
                               int64_t revision);

// Returns the first of `replica_sets` that has the number `revision`, else the first that had it;
// null if there is none. Returns null, too, if `revision` is below 1.
const ReplicaSet* FindRevisionOrFormer(const std::vector<const ReplicaSet*>& replica_sets,
                                       int64_t revision);

// Returns the note kComplete for a revision and a pod-template-hash: "7/5d9dc68fdf". The hash shows
// whether the note was copied from another ReplicaSet: `kubectl rollout undo` copies notes to a
// Deployment, and other controllers copy them from there to ReplicaSets.
std::string CompleteNote(std::string_view revision, std::string_view hash);

// Returns the revision that `rs` had when it was last complete, from its note kComplete. Returns
// nullopt if `rs` has no note, or if its note has another hash or no number.
std::optional<int64_t> CompleteAs(const ReplicaSet& rs);

// Returns the ReplicaSet that was complete as `revision`:
//   1. a ReplicaSet whose note kComplete names `revision`. Of several, the one that has this number
//      now; if none has, the last of `replica_sets`
//   2. else the result of FindRevisionOrFormer
// The note comes first because two ReplicaSets may have had the number. Example: revision 7 was
// complete; the cluster is restored from an older backup, and another template gets 7; then the
// first ReplicaSet is restored as well (RO-138).
const ReplicaSet* FindKept(const std::vector<const ReplicaSet*>& replica_sets, int64_t revision);

// Like the function above, for the ReplicaSets of `workload`. If `revision` is
// Workload::kept_revision, and no ReplicaSet has a note for `revision`, returns the first of these
// that exists:
//   1. the ReplicaSet named Workload::kept_name, if it has no annotation about a revision: an
//      admission webhook or a tool has removed these annotations
//   2. the result of the function above
//   3. the ReplicaSet named Workload::kept_name, if it has the template of the kept revision
//      (Workload::kept_template). A tool may have given it another number
//   4. another ReplicaSet with that template
//   5. the ReplicaSet named Workload::kept_name, if the number in its annotation cannot be read,
//      and no note says that it was complete as another revision
const ReplicaSet* FindKept(const Workload& workload,
                           const std::vector<const ReplicaSet*>& replica_sets, int64_t revision);

// Returns the ReplicaSet of Workload::kept_revision; null if there is none.
const ReplicaSet* FindStable(const Workload& workload,
                             const std::vector<const ReplicaSet*>& replica_sets);

// Returns the ReplicaSet with the highest revision; if several have that revision, the youngest of
// these. `replica_sets` must be ordered oldest first. Returns null if it is empty. After a rollback
// the result may be older than others.
const ReplicaSet* LatestOf(const std::vector<const ReplicaSet*>& replica_sets);

// Returns the numbers of `replica_sets` in order: "revisions 1, 2 and 4", "revision 3". If there
// are more than 20, names the 20 highest: "revisions 7, 8, …, 25 and 26, and lower ones". Returns
// "no revision" if none has a number.
std::string NameRevisions(const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
