// How Windlass reports that a workload's selector matches the ReplicaSets of another controller.
// Example: a Rollout and a Deployment with the same selector (RO-160).
//
//   condition SelectorOverlap   True while they overlap, absent otherwise. Its message names the
//                               other controllers, the field and what to do
//   Warning Events              one about the workload and one about each other controller (ten
//                               at most), at the beginning of the overlap (RO-161)
//
// Windlass does nothing else: each controller keeps its ReplicaSets and Pods, and the rollout goes
// on.
//
// An overlap is reported only after it has lasted for kOverlapToldAfter. Reason: the ReplicaSets of
// a deleted Deployment look like those of an existing one until the garbage collector deletes them
// (RO-162).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/workload/situation.h"

namespace windlass::workload {

// The type of the condition, and the reason of the Events.
inline constexpr std::string_view kSelectorOverlap = "SelectorOverlap";

inline constexpr Duration kOverlapToldAfter = seconds(5);

// Sets the condition in `status`, or removes it if there is no overlap to report.
void ShowOverlaps(const Situation& situation, WorkloadStatus& status);

// Returns the Events to send when the status of ShowOverlaps has been written. There is no Event
// for an overlap that the stored condition reports already.
std::vector<Event> TellOverlaps(const Situation& situation);

// Overlaps that have not lasted for kOverlapToldAfter are not reported yet. Returns the time until
// the oldest of these has to be reported; nullopt if there are none.
std::optional<Duration> UntilOverlapIsTold(const Situation& situation);

}  // namespace windlass::workload
