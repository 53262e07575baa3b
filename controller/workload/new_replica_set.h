// The ReplicaSet whose template is the workload's: how it is found, and what it has to carry.
//
// Hash, name and revision do not matter for finding it (D-152). Source: D-150…D-182, RO-010…RO-014.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/patches.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the new ReplicaSet among `ours`, which is ordered oldest first; nullptr if there is none.
// The first rule that finds one decides:
//   - the oldest with the workload's template (D-150, D-151, RO-010)
//   - the oldest whose annotation names the template that was asked for; one with replicas comes
//     before those without (RO-011)
//   - the oldest with that template after the API server has set its defaults, if these are known
//     (RO-012)
//   - the one whose template differs in form only, as the read of ConfirmTemplateChanged showed
// The second and the third apply only to a workload with a requested_template: its ReplicaSets have
// defaults that its own template lacks.
const ReplicaSet* FindNewReplicaSet(const Workload& workload,
                                    const std::vector<const ReplicaSet*>& ours,
                                    const Learned& learned);

// Returns the template that Pods are to have. `new_replica_set` is what FindNewReplicaSet returned.
//   - There is one: its template. That is the one asked for, even if an upgraded API server shows
//     new defaults in it.
//   - There is none: Workload::defaulted, the template with its defaults. If that is null, the
//     wanted template is not known.
// For a workload without a requested_template it is the workload's own.
WantedTemplate FindWantedTemplate(const Workload& workload, const ReplicaSet* new_replica_set);

// Guards against a fault in our canonical form, which would restart the Pods of a whole cluster
// (S-014). Applies if all of these hold:
//   - the generation was observed
//   - the ReplicaSet of the published revision is active
//   - no ReplicaSet has the workload's template, and the wanted one is known
// Returns an uncached read of that ReplicaSet, once per sync; FindNewReplicaSet then compares the
// full templates. Returns nullopt if there is nothing to confirm, or if the read was made already.
// A Recreate that waits for old Pods has no active ReplicaSet, so it reads nothing. Neither does a
// workload whose Pods follow a revision (follow.h).
std::optional<Step> ConfirmTemplateChanged(const Situation& situation);

// Returns one more than the highest revision of the old ReplicaSets. Skips revisions that cannot be
// parsed or are 2^62 or more, so that a planted MaxInt64 never overflows (D-160, B-32). Returns no
// 2^62 either, which the next call would skip: then the number above the highest one that has room
// above it. Examples: revisions 3, 7 and "x": 8; 3, 2^62 - 2 and 2^62 - 1: 4.
int64_t NextRevision(const std::vector<const ReplicaSet*>& old);

// Returns the number that `rs` gets when its template is rolled out beside `others`: its own, if it
// is above theirs. `rs` null: of one that is made. Of a kind that keeps a stable revision no number
// is given to two templates, although ReplicaSets are gone: the published revision was given before
// the spec changed, and so was the one that an annotation kPromote names when a ReplicaSet is made
// (I-11), unless the status has told it for this template. Example: `2@8` of an earlier Rollout of
// that name; the first ReplicaSet gets 9.
int64_t NumberFor(const Workload& workload, const ReplicaSet* rs,
                  const std::vector<const ReplicaSet*>& others);

// Returns the revision that the rollout has, or will have once its ReplicaSet is made or numbered.
int64_t RevisionToBe(const Situation& situation);

// Returns the annotations, revision, history and minReadySeconds that the new ReplicaSet lacks
// (D-163…D-165). Among them is the template that was asked for, unless the ReplicaSet has exactly
// that template: then it is found without a note (RO-012, RO-013). Differs from upstream for a
// revision annotation that is not a number: Windlass replaces it, without a history entry; upstream
// stops copying annotations for ever (B-32).
// Requires situation.new_replica_set.
ReplicaSetChange MissingFromNewReplicaSet(const Situation& situation);

// Returns "<deployment>-<hash>", with the first part cut so that the whole fits a name (D-172).
std::string ReplicaSetName(std::string_view deployment_name, std::string_view hash);

// Returns all that a ReplicaSet created now would be made of (D-171…D-174, D-182). Returns
// kMalformed if the template is not a JSON object.
Result<NewReplicaSet> PartsOfNewReplicaSet(const Situation& situation);

// Sets both size annotations, as every change of size does (D-174, D-271).
void SetSizeAnnotations(const Fenceposts& limits, std::map<std::string, std::string>& annotations);

}  // namespace windlass::workload
