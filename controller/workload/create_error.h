// How a ReplicaSet that cannot be created is reported. Source: D-175.
#pragma once

#include <optional>
#include <string>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns `write`, a status write; the sync goes on even if it is refused. Returns nullopt if this
// sync sent it already, or if another status write of this sync failed: that may be the same one,
// because times and counters change during a sync.
std::optional<Step> UnlessTried(const Situation& situation, Write write);

// Returns the status write that reports the failed create. It leaves the generation unobserved, and
// its own outcome does not matter. When called again after that write in the same sync, or if no
// status write is needed, returns Failed with a Warning (D-175).
Step GiveUp(const Situation& situation, const std::string& name, const Error& error, Retry retry);

}  // namespace windlass::workload
