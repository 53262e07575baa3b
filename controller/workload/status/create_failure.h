// How a ReplicaSet that cannot be created is reported. Source: D-175.
#pragma once

#include <optional>
#include <string>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns `write`, a status write, marked so that the sync continues even if the API server refuses
// it. Returns nullopt if this sync has sent `write` already, or if another status write of this
// sync failed: `write` may be the same write with new times and counters, which change during a
// sync.
std::optional<Step> UnlessTried(const Situation& situation, Write write);

// Returns the status write that reports the failed create. The write leaves the generation
// unobserved, and the sync continues even if the write fails. Returns Failed with a Warning if this
// sync has sent the write already, or if no status write is needed (D-175). In a namespace that is
// being deleted there is no Warning, because the API server refuses new Events there, too.
Step GiveUp(const Situation& situation, const std::string& name, const Error& error, Retry retry);

}  // namespace windlass::workload
