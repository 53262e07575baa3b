// Workloads for which there is no room in the caches.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/core/step.h"
#include "controller/workload/view.h"

namespace windlass::workload {

// The reason of condition ReplicaFailure and of the Event.
inline constexpr std::string_view kLeftOutReason = "WindlassOutOfMemory";

// Returns the Event that says so; every sync may send it.
Event LeftOutEvent(std::string message);

// Returns the step that tells the user of a workload that is left alone, or has a ReplicaSet that
// is: in its condition ReplicaFailure, and in an Event. Nothing else may be decided for it, because
// the view shows it without what may be large. Returns nullopt if all is whole.
std::optional<Step> RefuseLeftOut(const View& view, const Learned& learned, WallTime now);

}  // namespace windlass::workload
