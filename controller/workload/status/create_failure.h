// How a ReplicaSet that cannot be created is reported. Source: D-175.
#pragma once

#include <optional>
#include <string>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns `write`, a status write, marked so that the sync continues even if the API server refuses
// it. Returns nullopt if this sync has sent `write`, or another status write that failed. The
// contents of the failed write do not matter: they can differ from `write` only in times and
// counters.
std::optional<Step> UnlessTried(const Situation& situation, Write write);

// Reports `error`, the reason why there is no ReplicaSet `name` with the template (D-175).
// Examples: the create was refused, or a webhook changed the created ReplicaSet.
//   1. First returns a status write, which leaves the generation unobserved. Progressing shows the
//      error if there is a progress deadline; ReplicaFailure never does. The sync continues even if
//      the API server refuses the write.
//   2. If this status is stored already, or UnlessTried returns nullopt for it: returns Failed with
//      a Warning. In a namespace that is being deleted there is no Warning, because the API server
//      refuses new Events there, too.
Step GiveUp(const Situation& situation, const std::string& name, const Error& error, Retry retry);

}  // namespace windlass::workload
