// The condition windlass.dev/InPlace of a Deployment, and its Events. Source: P-084.
#pragma once

#include <vector>

#include "controller/deployment/situation.h"
#include "controller/workload.h"

namespace windlass::deployment {

// Brings the condition up to date. Removes it if in-place updates are disabled and there is nothing
// to report.
void UpdateInPlaceCondition(const Situation& situation, WorkloadStatus& status);

// Returns the Events for the change from the stored condition to that of `next`.
std::vector<Event> EventsOfInPlace(const Situation& situation, const WorkloadStatus& next);

}  // namespace windlass::deployment
