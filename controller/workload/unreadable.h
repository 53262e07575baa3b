// Objects whose latest version cannot be read.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/view.h"

namespace windlass::workload {

// Returns the Event that says why nothing is decided for this workload: the cached version of it,
// or of one of its ReplicaSets, is known to be out of date. Returns nullopt if all could be read.
// The next version that can be read wakes the key. Source: R-031.
std::optional<Event> WhyUnreadable(const View& view);

}  // namespace windlass::workload
