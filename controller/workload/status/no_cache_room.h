// Workloads for which there is no room in the caches.
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/workload/status/own_reasons.h"
#include "controller/workload/view.h"

namespace windlass::workload {

// Returns the Event that reports a workload for which there is no room. Every sync can return the
// Event, because Windlass sends it at most once in ten minutes.
Event LeftOutEvent(std::string message);

// Returns the step that reports a lack of room for the workload or one of its ReplicaSets, in the
// condition ReplicaFailure and in an Event. The planner must then decide nothing else, because an
// object lacks its large parts.
//   - The status does not observe a new generation, because Windlass does not carry out the change.
//     So "kubectl rollout status" waits.
//   - The status has new counters, so that it does not count Pods that are gone.
//   - If the workload asks for a rollback, the message says that Windlass does not perform it. The
//     message cannot say so if the request is an annotation, and the workload itself is cached
//     without its annotations.
// Returns nullopt if the view shows all objects whole.
std::optional<Step> RefuseLeftOut(const View& view, const Learned& learned, WallTime now);

}  // namespace windlass::workload
