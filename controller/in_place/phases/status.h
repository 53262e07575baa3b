// The condition windlass.dev/InPlace of a workload, and its Events. Source: P-084.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/workload/situation.h"
#include "controller/workload/workload.h"

namespace windlass::in_place {

// Brings the condition in `status` up to date. Removes it if in-place updates are disabled and
// there is nothing to report.
void UpdateInPlaceCondition(const workload::Situation& situation, WorkloadStatus& status);

// Returns the Events for what the condition in `next` says and the stored condition does not: new
// warnings, and a new reason that has an Event, such as NotPossible. Others, such as Patching, have
// none.
std::vector<Event> EventsOfInPlace(const workload::Situation& situation,
                                   const WorkloadStatus& next);

// What the condition says, without its warnings, and since when.
struct Told {
  WallTime since;
  std::string text;
};
// Returns what the stored condition says; nullopt if there is none, or if it has another reason.
std::optional<Told> ToldBy(const workload::Situation& situation, InPlaceReason reason);

}  // namespace windlass::in_place
