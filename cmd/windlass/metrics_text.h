// MetricsText: a snapshot in Prometheus' text format. Metrics that exist upstream have upstream's
// names, so that Kubernetes dashboards work (D-540).
#pragma once

#include <string>

#include "cmd/windlass/snapshot.h"

namespace windlass {

// Returns the page of /metrics. Adds the process' own figures (memory, CPU, file descriptors) as
// they are now.
std::string MetricsText(const Snapshot& snapshot);

}  // namespace windlass
