// The condition windlass.dev/InPlace of a workload, and its Events. Source: P-084.
#pragma once

#include <vector>

#include "controller/workload/situation.h"
#include "controller/workload/workload.h"

namespace windlass::in_place {

// Brings the condition up to date. Removes it if in-place updates are disabled and there is nothing
// to report.
void UpdateInPlaceCondition(const workload::Situation& situation, WorkloadStatus& status);

// Returns the Events for the change from the stored condition to that of `next`.
std::vector<Event> EventsOfInPlace(const workload::Situation& situation,
                                   const WorkloadStatus& next);

}  // namespace windlass::in_place
