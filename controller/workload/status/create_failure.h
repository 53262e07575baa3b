// How a ReplicaSet that cannot be created is reported. Source: D-175.
#pragma once

#include <optional>
#include <string>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns `write`, a status write, marked so that the sync continues even if the API server refuses
// it. Returns nullopt if this sync has sent `write` already, or if another status write of this
// sync failed, from which `write` perhaps differs only in times and counters.
std::optional<Step> UnlessTried(const Situation& situation, Write write);

// Returns the status write that reports `error`: why there is no ReplicaSet `name` with the
// template. Examples: the create was refused, or a webhook changed the created ReplicaSet. If there
// is a progress deadline, Progressing reports it; ReplicaFailure never does. The write leaves the
// generation unobserved, and the sync continues even if the write is refused. Returns Failed with a
// Warning if this status is stored already, or if UnlessTried returns nullopt for the write
// (D-175). In a namespace that is being deleted there is no Warning, because the API server refuses
// new Events there, too.
Step GiveUp(const Situation& situation, const std::string& name, const Error& error, Retry retry);

}  // namespace windlass::workload
