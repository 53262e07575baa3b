// The ReplicaSet whose template is the Deployment's: finding it, and what it has to carry.
//
// Hash, name and revision play no part in finding it (D-152). Source: D-150…D-182.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/deployment/patches.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// The oldest of `ours` (already in that order) with the Deployment's template; nullptr when there
// is none (D-150, D-151). Where updates in place are asked for, the one with all Pods comes before
// an older one without (P-023). A ReplicaSet that ConfirmTemplateChanged had read, and
// whose template turned out to differ in form only, counts as well.
const ReplicaSet* FindNewReplicaSet(const Workload& workload,
                                    const std::vector<const ReplicaSet*>& ours,
                                    const Learned& learned);

// Before the Pods of a whole cluster restart because of a gap in our canonical form: the generation
// has been acted upon, its revision's ReplicaSet is active, and yet we see another template. Then
// that ReplicaSet is read uncached, once, and the full templates are compared. nullopt: nothing to
// confirm, or confirmed (S-014). A Recreate that waits for old Pods, its generation
// observed, has no active ReplicaSet and reads nothing.
std::optional<Step> ConfirmTemplateChanged(const Situation& situation);

// One more than the highest revision of the old ReplicaSets. Numbers that cannot be parsed and
// numbers above 2^62 are skipped, so that a planted MaxInt64 never overflows (D-160, B-32).
int64_t NextRevision(const std::vector<const ReplicaSet*>& old);

// Annotations, revision, history and minReadySeconds the new ReplicaSet lacks (D-163…D-165).
// Differs from upstream for a revision annotation that is no number: it is replaced, without a
// history entry, instead of stopping the copying of annotations for ever (B-32). Requires
// situation.newest.
ReplicaSetChange MissingFromNewReplicaSet(const Situation& situation);

// "<deployment>-<hash>", the first part cut so that the whole fits a name (D-172).
std::string ReplicaSetName(std::string_view deployment_name, std::string_view hash);

// Everything a ReplicaSet to be created now would be made of (D-171…D-174, D-182).
// Error kMalformed when the template is no JSON object.
Result<NewReplicaSet> PartsOfNewReplicaSet(const Situation& situation);

// Both size annotations, as every change of size writes them (D-174, D-271).
void SetSizeAnnotations(const Fenceposts& limits, std::map<std::string, std::string>& annotations);

}  // namespace windlass::deployment
