// How a ReplicaSet that cannot be created is reported. Source: D-175.
#pragma once

#include <optional>
#include <string>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns `write`, a status write whose outcome does not matter. Returns nullopt if this sync sent
// it already, or sent a status write with other content that failed: times and counters change
// during a sync, so the bodies may differ.
std::optional<Step> UnlessTried(const Situation& situation, Write write);

// Returns the status write first: it leaves the generation unobserved and may fail. Returns the
// failure with its Warning in the next call (D-175).
Step GiveUp(const Situation& situation, const std::string& name, const Error& error, Retry retry);

}  // namespace windlass::workload
