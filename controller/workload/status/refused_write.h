// Refused writes of this sync, and how Windlass reports them to users. The API server refuses a
// write because of a policy, a quota, a missing right or its validation. The planner decides how
// such a sync ends (EndWithRefusal of planner.cc).
//
// What follows a refused write:
//   1. The planner makes no further decision in this sync (the walk of decisions ends), because the
//      next decision may depend on the refused write. Exception: the walk goes on after refused
//      copies of in-place settings (KindTraits::mirrors_settings), notes, parts of the exchange of
//      templates, and patches of Pods and Services. No other decision depends on these.
//   2. The sync writes the status once.
//   3. The sync fails with the refusal, and the queue backs off. Exception: a patch of a Pod or a
//      Service whose next try is scheduled (P-036, RO-185).
// Every sync repeats the refused write before it writes a status, except for the scheduled patches
// of step 3. So once the write has succeeded, the next status no longer has the condition. A
// refused status write is not repeated in the sync (WasStatusRefused). Later decisions do not wait
// for that status. Exception: decisions that need the status stored, such as those of the callers
// of EndIfStatusLost.
//
//   refused                              generation    Progressing               ReplicaFailure
//   patch of a ReplicaSet or workload,   not observed  UpdateProgressingHeldUp   the refusal
//   adoption, release
//   deletion of an old ReplicaSet        observed      as without a refusal      the refusal
//   settings, notes, exchange (in place) observed      as without a refusal      the refusal
//   gate of a Pod, return to traffic     observed      as without a refusal      the refusal
//   size accepted, but not kept          observed      as without a refusal      ReplicaSetNotKept
//   create                               not observed  create_failure.h          not reported
//   other patch of a Pod, of a Service   observed      as without a refusal      not reported
//   status                               -             -                         an Event instead
//
// Other conditions report the patches of the row "other patch": windlass.dev/InPlace for Pods,
// ServicesSynced for Services. The row of the gate (Extended::refused_write) also holds for a
// rollout that replaces Pods, if these Pods have the gate. Upstream ends the sync without a status
// write, or ignores the error (D-270).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "controller/workload/situation.h"
#include "controller/workload/status/own_reasons.h"

namespace windlass::workload {

// Returns the refusal that this sync reports to users, with the message of RefusalText. It is the
// first of these that exists:
//   1. the error of the write after which the planner makes no further decision (EndOfWalk), for
//      example of a deletion
//   2. the first refusal of a patch or deletion of a ReplicaSet after which the planner went on.
//      Adoptions and releases do not count here: adopt_release.h decides which of their refusals
//      are errors
// Returns nullopt if neither exists.
std::optional<Error> RefusedWrite(const Workload& workload, const Learned& learned);

// Returns the error of CheckSize for the first ReplicaSet whose latest size in this sync the API
// server accepted but did not keep. Returns nullopt if the API server kept all sizes. The sync
// fails with this error, so that Windlass writes the size again after a back-off. Decides by the
// replies, not by the cache, because another client may have changed the size since.
std::optional<Error> WhyNotKept(const Situation& situation);

// Returns the failed write after which the planner makes no further decision in this sync; null if
// there is none. Leaves out status writes.
const Outcome* EndOfWalk(const Workload& workload, const Learned& learned);

// Returns the message about annotations for which the new ReplicaSet has no room
// (copied_annotations.h). Returns nullopt
//   - if there are no such annotations, or no new ReplicaSet
//   - while Pods follow a revision (followed_revision.h)
//   - if the workload is being deleted
std::optional<std::string> WhyNotCopied(const Situation& situation);

// Sets the condition ReplicaFailure to the refusal of this sync or to the message of WhyNotKept,
// else to the message of WhyNotCopied. Removes the condition if none of these exists. A message
// that differs only in a time or a request id is replaced at most once a minute (TellCondition):
// otherwise every retry would cause a status write.
void TellRefusedWrite(const Situation& situation, std::vector<Condition>& conditions);

// Returns true if the API server refused a status in this sync. The sync then sends no other
// status. Reason: if refusals are slow, each new try has later times in its conditions, and so
// counts as another status. A sync that went on to try might never end.
bool WasStatusRefused(const Workload& workload, const Learned& learned);

// Returns true if this sync sent a status after the first refusal of another write.
bool WasRefusalTold(const Workload& workload, const Learned& learned);

// Returns true if `step` is the first status write after the refusal of another write. Windlass
// sends this status even if the sync has used up its requests: without it the sync would end as a
// success, and the back-off would begin anew.
bool TellsOfRefusal(const Workload& workload, const Step& step, const Learned& learned);

// For callers that need a status stored before the sync proceeds. Example: a Rollout stores that a
// step has begun before it moves the first Pod of the step. Returns the failure that ends the sync,
// if a status write of this sync failed
//   - without a refusal: a lost race, or the object is gone
//   - because a webhook could not be called or did not answer in time, if `or_may_pass` is true
// Returns nullopt otherwise. The rollout goes on even if a policy refuses the status.
std::optional<Step> EndIfStatusLost(const Workload& workload, const Learned& learned,
                                    bool or_may_pass);

// `end` is Wait or Failed. Returns
//   - if the API server refused the status in this sync: a failure with an Event that reports the
//     refusal. The failure has the error of `end` if `end` is a failure; else the refusal is its
//     error
//   - if a status write failed without being refused, and `end` is Wait: the failure of that write
//   - otherwise `end`
Step UnlessStatusRefused(const Workload& workload, const Learned& learned, Step end);

}  // namespace windlass::workload
