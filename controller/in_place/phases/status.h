// The condition windlass.dev/InPlace of a workload, and its Events. Source: P-084.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/in_place/phases/condition_reason.h"
#include "controller/workload/situation.h"
#include "controller/workload/workload.h"

namespace windlass::in_place {

// Brings the condition in `status` up to date. Removes the condition if in-place updates are
// disabled and there is nothing to report.
void UpdateInPlaceCondition(const workload::Situation& situation, WorkloadStatus& status);

// Compares the condition in `next` with the stored condition, and returns an Event for new warnings
// and an Event for a new reason, such as NotPossible. Some reasons, such as Patching, have no
// Event.
std::vector<Event> EventsOfInPlace(const workload::Situation& situation,
                                   const WorkloadStatus& next);

// What the stored condition says: its message without the warnings, and when Windlass last wrote
// it. The text may be older than `since`: Windlass writes the condition again even if only its
// warnings have changed, and also if StrippedPods::told_anew is true.
struct Told {
  WallTime since;
  std::string text;
};
// Returns what the stored condition says; nullopt if there is no such condition, or if its reason
// is not `reason`.
std::optional<Told> ToldBy(const workload::Situation& situation, InPlaceReason reason);

}  // namespace windlass::in_place
