// The new ReplicaSet, whose template is the workload's: how the planner finds it, and which
// annotations it needs.
//
// The template decides which ReplicaSet is the new one. Hash, name and revision do not matter
// (D-152), except in rule 4 of FindNewReplicaSet, and while Pods follow a revision
// (followed_revision.h). Source: D-150…D-182, RO-010…RO-014.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the new ReplicaSet among `ours`, which is ordered oldest first; nullptr if there is none.
// The first rule that finds a ReplicaSet decides:
//   1. the oldest ReplicaSet with the workload's template (D-150, D-151, RO-010)
//   2. the oldest ReplicaSet whose annotation names the template that the user asked for;
//      ReplicaSets with replicas come before those without (RO-011)
//   3. the oldest ReplicaSet with the workload's template plus the API server's defaults, if these
//      are known (RO-012)
//   4. the ReplicaSet of the published revision (Workload::revision), if ConfirmTemplateChanged has
//      read this ReplicaSet and its template differs in form only
// Rules 2 and 3 apply only to a workload with a `requested_template`: its ReplicaSets have defaults
// that its own template lacks.
const ReplicaSet* FindNewReplicaSet(const Workload& workload,
                                    const std::vector<const ReplicaSet*>& ours,
                                    const Learned& learned);

// Returns the template that Pods are to have. `wanted` is the result of FindWanted
// (followed_revision.h): the ReplicaSet that has this template, or null.
//   1. If there is neither a requested_template nor a followed revision: the workload's own
//      template.
//   2. Else, if `wanted` is not null: the template of `wanted`. After an upgrade of the API server,
//      this template may have more defaults than Workload::defaulted.
//   3. Else, if there is no followed revision: Workload::defaulted, the template with its defaults.
//   4. If none of these exists: the wanted template is not known.
WantedTemplate FindWantedTemplate(const Workload& workload, const ReplicaSet* wanted);

// Guards against a fault in our canonical form of templates. Such a fault would restart the Pods of
// a whole cluster (S-014). Returns, once per sync, an uncached read of the ReplicaSet of the
// published revision, if all signs of such a fault are there:
//   - The generation was observed, so some controller has found a ReplicaSet for the template.
//   - The ReplicaSet of the published revision exists and has replicas.
//   - No ReplicaSet has the workload's template, and the wanted template is known.
// With the reply, FindNewReplicaSet compares the full templates. If the cache does not keep all
// parts of the workload, returns the step of ReadOwnParts (uncached_parts.h) first. Returns nullopt
// if a sign is missing, and while Pods follow an earlier revision after an abort.
std::optional<Step> ConfirmTemplateChanged(const Situation& situation);

// Returns one more than the highest revision among `old`. Example: 3, 7 and "x" give 8.
//   - Skips revisions that cannot be parsed or are 2^62 or more: MaxInt64, set by a client, must
//     not overflow (D-160, B-32).
//   - If 2^62 - 1 is taken: returns the lowest number of the highest gap, because the next call
//     would skip 2^62. So 3, 2^62 - 2 and 2^62 - 1 give 4.
int64_t NextRevision(const std::vector<const ReplicaSet*>& old);

// Returns the revision that `rs` gets when its template is rolled out beside `others`. A null `rs`
// stands for a ReplicaSet that is to be created.
//   - if the present number of `rs` was aborted (WasAborted), and Pods do not follow `rs`: a higher
//     number
//   - else the present number, if it is above all numbers of `others`
//   - else the next number
//
// A kind that keeps a stable revision never gives one number to two templates, even if ReplicaSets
// are gone (I-11). So the result is above the published revision in two cases:
//   - The spec has changed since, and `rs` has a lower number or none.
//   - `rs` exists without a number.
// If `rs` has no number, the result is also
//   - at least Workload::promised_revision, the number that the status has announced for this
//     template
//   - above the revision that kPromote names, unless that is the promised one. Example: `2@8`, step
//     2 of revision 8, was written for a deleted Rollout of the same name. The first ReplicaSet of
//     the new Rollout gets 9
int64_t NumberFor(const Workload& workload, const ReplicaSet* rs,
                  const std::vector<const ReplicaSet*>& others);

// Returns the value of the note kAborted with the workload's uid and the present number of `rs`:
// "<uid>/7".
std::string AbortedNote(const Workload& workload, const ReplicaSet& rs);
// Returns true if `rs` has the note of AbortedNote: its workload aborted the revision with the
// present number of `rs`, and had no other revision to go back to.
bool WasAborted(const Workload& workload, const ReplicaSet& rs);

// Returns the revision of the present rollout. If the ReplicaSet of this rollout does not exist, or
// does not have its number yet, returns the number that it will get.
int64_t RevisionToBe(const Situation& situation);

// Returns the annotations, revision, history and minReadySeconds that the new ReplicaSet lacks
// (D-163…D-165). Requires situation.new_replica_set.
//   - Includes the annotation kRequestedTemplate if Windlass needs it to find the ReplicaSet later
//     (RO-012, RO-013). It names the template that the user asked for.
//   - Replaces a revision annotation that is not a number. The replaced text gets no history entry.
//     While a ReplicaSet has such a revision, upstream copies no more annotations to it (B-32).
ReplicaSetChange MissingFromNewReplicaSet(const Situation& situation);

// Returns "<deployment>-<hash>", with "<deployment>" cut so that the name is not too long (D-172).
std::string ReplicaSetName(std::string_view deployment_name, std::string_view hash);

// Returns the parts of which a ReplicaSet would be made if it were created now (D-171…D-174,
// D-182). Returns kMalformed if the text of the template is not known or is not a JSON object.
Result<NewReplicaSet> PartsOfNewReplicaSet(const Situation& situation);

// Sets kDesiredReplicas and kMaxReplicas in `annotations`. Every write of a size includes both
// (D-174, D-271).
void SetSizeAnnotations(const Fenceposts& limits, std::map<std::string, std::string>& annotations);

}  // namespace windlass::workload
