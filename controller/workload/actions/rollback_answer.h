// How Windlass answers a request to roll back: it records what becomes of the request, and removes
// it. Also, what follows if the API server keeps the request or the template (answered_rollback.h).
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
// not keep it, as with an older CRD: the rollback must not wait for such a record.
std::optional<Step> RecordRollback(const Situation& situation, const RollbackOutcome& outcome);

// Returns the write that only removes the request to roll back, with an Event that says why.
Write RemoveRequest(const Situation& situation, Event::Type type, std::string_view why,
                    std::string message);

// Returns the next step to refuse a rollback that would change nothing: the revision does not
// exist, or it has the present template (RO-025). `message` is upstream's text. For kinds that
// record rollbacks, `remedy` is used instead: it also says what to do.
Step RefuseRollback(const Situation& situation, std::string_view why, std::string message,
                    std::string remedy);

// Called if the workload does not ask for a rollback. Returns Wait, which ends the sync, if this
// sync has removed the request; otherwise nullopt. If the API server put the former template back,
// first records this, and then tells it in an Event.
std::optional<Step> EndIfRemoved(const Situation& situation);

// Returns true if the workload still asks for revision 0 after a rollback to 0, because the API
// server kept the request. All of these hold:
//   - The record names the present generation: a new request of a user makes a further generation.
//   - The template is that of the recorded revision: another edit may have made the generation
//     between the record and the rollback.
//   - The record is of a request for 0. Example of another record: a user asks again for revision
//     3, whose template the workload has (ClearRepeated). Windlass records this, and the user asks
//     for 0 before Windlass has removed the request for 3. That edit makes the recorded generation,
//     but the request for 0 is new.
// A request for a number needs no such rule: performed twice, it changes nothing more
// (ClearRepeated).
bool IsPerformed(const Situation& situation);

// Called if the workload's request is answered (IsAnswered) or performed (IsPerformed), but still
// there. Returns
//   1. if the API server put the former template back in this sync: the write that records this
//   2. if the record names the generation that the removal of the request would have made: the
//      write that corrects the record
//   3. the status write that says that the request is still there
//   4. nullopt: the rollout goes on as if the request were not there
// No refusal of these writes holds up the rollout. ClearAnswered removes the request.
std::optional<Step> NextOfAnswered(const Situation& situation);

// Returns the status write that removes the condition RollbackToNotRemoved, if the condition is
// stored, and the request that it is about is gone or replaced (answered_rollback.h). Otherwise
// returns nullopt.
std::optional<Step> ForgetAnsweredRollback(const Situation& situation);

// `end` is the next step of the sync. Returns `end`. Exception: if `end` ends the sync, and it is
// time to try once more to remove an answered request (IsTimeToClear), returns the write that
// removes it. The write comes last so that it holds up nothing, even if the API server is in
// trouble when it arrives.
Step ClearAnswered(const Situation& situation, Step end);

}  // namespace windlass::workload
