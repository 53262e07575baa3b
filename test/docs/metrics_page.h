// The tables of docs/metrics.md, as the registered metrics say them.
#pragma once

#include <string>
#include <vector>

#include "controller/runtime/watching_controller.h"
#include "test/docs/page.h"

namespace windlass {

// Returns the tables of a section: its metrics, and its labels, if it has any. Labels have the
// words of `controllers`.
std::string TablesOf(const MetricSection& section, const ControllerList& controllers);

// Returns the tables of each section that a process with `controllers` has, by its title.
std::vector<PageTable> MetricTables(const ControllerList& controllers);

}  // namespace windlass
