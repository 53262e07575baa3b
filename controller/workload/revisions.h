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
// An admission webhook or a tool may drop annotations. Returns 0 if neither tells.
int64_t NumberOf(const Workload& workload, const ReplicaSet& rs);

// The same as text, as annotated; "" if neither tells.
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
// tells it from a copy: `kubectl rollout undo` gives a Deployment the annotations of a ReplicaSet,
// and other controllers give them to its next ReplicaSets.
std::string CompleteNote(std::string_view revision, std::string_view hash);

// Returns the revision as which `rs` was complete last; nullopt if it never was, as far as known.
std::optional<int64_t> CompleteAs(const ReplicaSet& rs);

// Returns the ReplicaSet of `revision`, which was complete: one whose note says so, else that of
// FindRevisionOrFormer. After a restore two may have had the number: one that was complete, and one
// that was made before the other came back (RO-138). Of several with the note, returns the one that
// has the number now, else the last.
const ReplicaSet* FindKept(const std::vector<const ReplicaSet*>& replica_sets, int64_t revision);

// The same for the ReplicaSets of `workload`. If `revision` is Workload::kept_revision, no note
// says whose it is, and the annotations of the ReplicaSet named Workload::kept_name tell of no
// revision at all, it is that one: an admission webhook or a tool has dropped them.
const ReplicaSet* FindKept(const Workload& workload,
                           const std::vector<const ReplicaSet*>& replica_sets, int64_t revision);

// Returns the ReplicaSet of Workload::kept_revision; null if there is none.
const ReplicaSet* FindStable(const Workload& workload,
                             const std::vector<const ReplicaSet*>& replica_sets);

// Returns the ReplicaSet with the highest revision: of `replica_sets`, oldest first, the youngest
// if several have it. Returns null if there is none. After a rollback it is not the youngest of
// all.
const ReplicaSet* LatestOf(const std::vector<const ReplicaSet*>& replica_sets);

// Returns the numbers of `replica_sets` in order: "revisions 1, 2 and 4", "revision 3". If there
// are more than 20, names the highest: "revisions 7, 8, …, 25 and 26, and lower ones". Returns "no
// revisions" if none has a number.
std::string NameRevisions(const std::vector<const ReplicaSet*>& replica_sets);

}  // namespace windlass::workload
