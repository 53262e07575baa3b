// Every metric that a process with given controllers can show. docs/metrics.md is generated from
// this list (tools/metrics-page.sh).
#pragma once

#include <vector>

#include "controller/runtime/metric.h"
#include "controller/runtime/watching_controller.h"

namespace windlass {

// Returns the sections in the order of docs/metrics.md. A metric that several controllers have is
// listed once.
std::vector<MetricSection> AllMetrics(const ControllerList& controllers);

}  // namespace windlass
