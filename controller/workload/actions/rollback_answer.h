// How Windlass answers a request to roll back: it records what becomes of the request, and removes
// it. This file also decides what follows if the API server keeps the request or the template
// (answered_rollback.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/workload/situation.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {

// Returns the reason of an Event: the kind, "Rollback" and `what`. Example:
// "DeploymentRollbackRevisionNotFound".
std::string RollbackReason(const Workload& workload, std::string_view what);

// Returns the step that records `outcome` in the workload's status. Returns Failed if this sync has
// sent the record, or another write of the status, and the write failed (RO-021). Returns nullopt
// if there is nothing to record. Also returns nullopt if the API server accepted the record but did
// not keep it, as with an older CRD. Otherwise the rollback would wait for the record without end.
std::optional<Step> RecordRollback(const Situation& situation, const RollbackOutcome& outcome);

// Returns the write that only removes the request to roll back, with an Event that says why.
Write RemoveRequest(const Situation& situation, Event::Type type, std::string_view why,
                    std::string message);

// Returns the next step to refuse a rollback that would change nothing: the revision does not
// exist, or it has the present template (RO-025). `message` is upstream's text. For kinds that
// record rollbacks, `remedy` is used instead: it also says what to do.
Step RefuseRollback(const Situation& situation, std::string_view why, std::string message,
                    std::string remedy);

// Call this if the workload does not ask for a rollback.
//   - This sync has not removed a request: returns nullopt.
//   - This sync has removed the request: returns Wait, which ends the sync.
//   - This sync has removed the request by a rollback, but the API server put the former template
//     back: first returns the write that records this, if that write is due. Then returns a Wait
//     with an Event about it. If the write failed, returns the failure with the same Event.
std::optional<Step> EndIfRemoved(const Situation& situation);

// Returns true if Windlass has performed a rollback to 0, and the workload still asks for 0 because
// the API server kept the request. The record of the rollback (Workload::rolled_back) shows this.
// All of these must hold:
//   - The record names the present generation. If a user had asked for 0 anew, that edit would have
//     made a later generation.
//   - The workload has the template of the recorded revision. Otherwise another edit, between the
//     record and the rollback, has made the present generation.
//   - The record is of a request for 0. A record of another request proves nothing. Example: a user
//     asks again for revision 3, whose template the workload has (ClearRepeated), and Windlass
//     records this. Before Windlass has removed that request, the user asks for 0. This edit makes
//     the recorded generation, but the request for 0 is new.
// A request for a number needs no such rule, because performing it a second time changes nothing
// (ClearRepeated).
bool IsPerformed(const Situation& situation);

// Call this if the workload's request is answered (IsAnswered) or performed (IsPerformed), but
// still there. Returns the first of these writes that is due:
//   1. the write that records that the API server put the former template back. Due if this
//      happened in this sync
//   2. the write that corrects the generation in the record. Due if the record names the next
//      generation: the removal of the request would have made it, but the API server kept the
//      request
//   3. the status write that says that the request is still there
// Returns nullopt if none is due. The rollout then goes on as if the request were not there. It
// also goes on if the API server refuses one of these writes. ClearAnswered removes the request.
std::optional<Step> NextOfAnswered(const Situation& situation);

// Returns the status write that removes the condition RollbackToNotRemoved. Returns nullopt if the
// condition is not stored, or if the request that it is about is still there (answered_rollback.h).
std::optional<Step> ForgetAnsweredRollback(const Situation& situation);

// `end` is the next step of the sync. If `end` ends the sync, and it is time to try once more to
// remove an answered request (IsTimeToClear), returns the write that removes the request. Otherwise
// returns `end`. The write comes last in the sync, so that it holds up nothing, even if the API
// server is in trouble at that time.
Step ClearAnswered(const Situation& situation, Step end);

}  // namespace windlass::workload
