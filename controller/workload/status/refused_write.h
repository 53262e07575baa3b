// Writes that the API server refused in this sync, by a policy, a quota, a missing right or
// validation, and how Windlass reports these refusals to users. The planner decides how such a
// sync ends (EndWithRefusal of planner.cc).
//
// What follows a refused write:
//   1. The walk of decisions ends, because the next decision may depend on the write. Exception: no
//      other decision depends on copies of in-place settings (KindTraits::mirrors_settings), notes,
//      the exchange of templates, or patches of Pods and Services.
//   2. The sync writes the status once.
//   3. The sync fails with the refusal, and the queue backs off. Exception: a patch of a Pod or a
//      Service whose next try is scheduled (P-036, RO-185).
// Without that exception, every sync repeats the refused write before it writes a status. So the
// first success removes the condition, and Windlass need not remember the refusal.
// A status that is refused is not repeated in the sync (WasStatusRefused), and holds up nothing
// that is decided after it.
//
//   refused                              generation    Progressing               ReplicaFailure
//   patch of a ReplicaSet or workload,   not observed  UpdateProgressingHeldUp   the refusal
//   adoption, release
//   deletion of an old ReplicaSet        observed      as without a refusal      the refusal
//   settings, notes, exchange (in place) observed      as without a refusal      the refusal
//   create                               not observed  create_failure.h          not reported
//   patch of a Pod or Service            observed      as without a refusal      not reported
//   status                               -             -                         an Event instead
//
// The condition windlass.dev/InPlace reports refused patches of Pods, and ServicesSynced those of
// Services. Upstream ends the sync without a status, or swallows the error (D-270).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "controller/workload/own_reasons.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the refusal that this sync reports to users, with the message of RefusalText: the refusal
// of the write that ended the walk, for example of a deletion, else that of the first patch of a
// ReplicaSet after whose refusal the walk went on. Returns nullopt if there is none. Adoptions and
// releases are no such patches: adopt_release.h decides which of their refusals are errors.
std::optional<Error> RefusedWrite(const Workload& workload, const Learned& learned);

// Returns the failed write that ended the walk of this sync; null if none did. Leaves out writes of
// the status.
const Outcome* EndOfWalk(const Workload& workload, const Learned& learned);

// Returns the message about annotations for which the new ReplicaSet has no room
// (copied_annotations.h). Returns nullopt if there are no such annotations or no new ReplicaSet, if
// Pods follow another revision, or if the workload is being deleted.
std::optional<std::string> WhyNotCopied(const Situation& situation);

// Sets the condition ReplicaFailure to the refusal of this sync, else to the message of
// WhyNotCopied. Removes the condition if there is neither. If only words with digits change in the
// message, waits a minute (TellCondition): otherwise a time or a request id in the message would
// cause a status write at every retry.
void TellRefusedWrite(const Situation& situation, std::vector<Condition>& conditions);

// Returns true if the API server refused a status in this sync. It would refuse any other status of
// the sync, too: that often differs only in the times of its conditions. Repeating it might never
// end where each refusal takes a second or more.
bool WasStatusRefused(const Workload& workload, const Learned& learned);

// Returns true if this sync sent a status after the refusal.
bool WasRefusalTold(const Workload& workload, const Learned& learned);

// Returns true if `step` writes the status that follows the refusal of another write. This write is
// sent even if the sync has used up its requests: without it the sync would end as a success, and
// the back-off would begin anew.
bool TellsOfRefusal(const Workload& workload, const Step& step, const Learned& learned);

// For callers that need a status stored before the sync proceeds. Example: a Rollout stores that a
// step has begun before it moves the first Pod of the step.
//   - If a status write of this sync failed for another reason than a refusal (a lost race, or the
//     object is gone), returns the failure that ends this sync: the next sync may store the status.
//   - If `or_may_pass` is true, does the same if a webhook could not be called for the status, or
//     did not answer in time.
//   - Otherwise returns nullopt: a policy that refuses the status stops no rollout.
std::optional<Step> EndIfStatusLost(const Workload& workload, const Learned& learned,
                                    bool or_may_pass);

// `end` is Wait or Failed. Returns
//   - if the API server refused the status in this sync: a failure with an Event that reports the
//     refusal. Its error is that of `end` if `end` is a failure, else the refusal
//   - if a status write failed without being refused, and `end` is Wait: the failure of that write
//   - otherwise `end`
Step UnlessStatusRefused(const Workload& workload, const Learned& learned, Step end);

}  // namespace windlass::workload
