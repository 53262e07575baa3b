// What a Deployment's status says of an update in place: counters that do not believe in Ready, and
// the condition windlass.dev/InPlace with its Events. Source: P-084.
#pragma once

#include <vector>

#include "controller/deployment/situation.h"
#include "controller/workload.h"

namespace windlass::deployment {

// Brings the condition up to date, and takes it away where nothing in place was ever asked for.
void UpdateInPlaceCondition(const Situation& situation, WorkloadStatus& status);

// What users are told when the condition changes from the one they see.
std::vector<Event> EventsOfInPlace(const Situation& situation, const WorkloadStatus& next);

}  // namespace windlass::deployment
