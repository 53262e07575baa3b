// Writes that the API server refused in this sync, by a policy, a quota, a missing right or
// validation, and what users are told of them. How such a sync ends is in end_with_refusal.h.
//
// The walk of decisions ends with such a write, because the next decision may lean on it. The
// status does not stand still for it: it is written once, and then the sync fails with the refusal,
// for the queue's back-off. Every sync asks again before it writes a status, so that the first
// success removes the condition and nothing has to be remembered.
//
//   refused                              generation    Progressing               ReplicaFailure
//   patch of a ReplicaSet or Deployment, not observed  by its deadline only      the refusal
//   adoption, release
//   deletion of an old ReplicaSet        observed      as without a refusal      the refusal
//   settings, notes, exchange (in place) observed      as without a refusal      the refusal
//   create                               not observed  create_error.h            no change
//   Pod                                  observed      as without a refusal      no change
//   status                               -             -                         an Event instead
//
// Settings, notes, the exchange and Pods hold up no other decision; windlass.dev/InPlace tells of
// refused Pods. Upstream ends the sync without a status, or swallows the error (D-270).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/deployment/situation.h"
#include "controller/step.h"

namespace windlass::deployment {

// Of ReplicaFailure, which has a ReplicaSet's own reasons otherwise.
inline constexpr std::string_view kUpdateRefused = "ReplicaSetUpdateRefused";

// The refused write that this sync tells users about, `patch replicasets ns/web-7c9: <the server's
// words>`: the one that ended the walk, else the first patch or deletion of a ReplicaSet. Returns
// nullopt if there is none. Adoptions and releases are left to ownership.h, which knows when a
// refusal of these is no error.
std::optional<Error> RefusedWrite(const Workload& workload, const Learned& learned);

// The refused write that ended the walk of this sync; null if it goes on.
const Outcome* EndOfWalk(const Workload& workload, const Learned& learned);

// Sets the condition ReplicaFailure to the refusal of this sync, or removes the condition if
// nothing was refused. Words that differ in numbers only are not written anew: a write per retry
// would follow from a time or a request id in them.
void TellRefusedWrite(const Situation& situation, std::vector<Condition>& conditions);

// A status was sent in this sync after the refusal.
bool WasRefusalTold(const Workload& workload, const Learned& learned);

// `step` writes the status that follows a refusal. It goes out even if the sync has made all its
// requests: otherwise the sync would end well, and the back-off would begin anew.
bool TellsOfRefusal(const Workload& workload, const Step& step, const Learned& learned);

// `end`, or if the API server refused the status in this sync, a failure with an Event that says
// so.
Step UnlessStatusRefused(const Workload& workload, const Learned& learned, Step end);

}  // namespace windlass::deployment
