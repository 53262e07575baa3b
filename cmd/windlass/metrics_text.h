// A snapshot in Prometheus' text format, under the names that Kubernetes dashboards know (D-540).
#pragma once

#include <string>

#include "cmd/windlass/snapshot.h"

namespace windlass {

// Adds the process' own figures (memory, CPU, file descriptors), read when called.
std::string MetricsText(const Snapshot& snapshot);

}  // namespace windlass
