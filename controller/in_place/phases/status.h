// The condition windlass.dev/InPlace of a workload, and its Events. Source: P-084.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/workload/situation.h"
#include "controller/workload/workload.h"

namespace windlass::in_place {

// Brings the condition up to date. Removes it if in-place updates are disabled and there is nothing
// to report.
void UpdateInPlaceCondition(const workload::Situation& situation, WorkloadStatus& status);

// Returns the Events for the change from the stored condition to that of `next`.
std::vector<Event> EventsOfInPlace(const workload::Situation& situation,
                                   const WorkloadStatus& next);

// Returns since when the condition has had that reason and said `text`, warnings apart; nullopt if
// it says something else.
std::optional<WallTime> ToldSince(const workload::Situation& situation, InPlaceReason reason,
                                  std::string_view text);

}  // namespace windlass::in_place
