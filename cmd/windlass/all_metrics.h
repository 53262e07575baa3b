// The metrics of the process itself, in parts. Each part has two functions: one lists its metrics,
// the other adds their values from a snapshot. The metrics of a controller are in
// ControllerEntry::metrics. AllMetrics returns those of the process and of the controllers.
#pragma once

#include <vector>

#include "cmd/windlass/snapshot.h"
#include "controller/runtime/figures.h"
#include "controller/runtime/metric.h"
#include "controller/runtime/watching_controller.h"

namespace windlass {

// What syncs decided and wrote, for all kinds of objects.
MetricSection DecisionMetrics();
void AddDecisions(const Snapshot& snapshot, Figures& figures);

// Whether this process leads, which controllers run, which rights are missing, and how many objects
// wait because no process handles their kind.
MetricSection LeadershipMetrics();
void AddLeadership(const Snapshot& snapshot, Figures& figures);

// The work queue. The metrics have the names that client-go gives them.
MetricSection QueueMetrics();
void AddQueue(const Snapshot& snapshot, Figures& figures);

// Requests to the API server, and outages of the API server. If client-go has the same metric, the
// metric has client-go's name.
MetricSection ClientMetrics();
void AddClient(const Snapshot& snapshot, Figures& figures);

// Informers and their caches.
MetricSection InformerMetrics();
void AddInformers(const Snapshot& snapshot, Figures& figures);

// Memory, CPU time and file descriptors as they are now, turns of the core loop, dropped log lines,
// and the version of Windlass.
MetricSection ProcessMetrics();
void AddProcess(const Snapshot& snapshot, Figures& figures);

// Returns every metric that a process with these controllers can show. A metric that several
// controllers have is listed once. tools/metrics-page.sh generates docs/metrics.md from this list,
// with the sections in the same order.
std::vector<MetricSection> AllMetrics(const ControllerList& controllers);

}  // namespace windlass
