// The tables of docs/metrics.md, as the registered metrics say them.
#pragma once

#include <string>
#include <vector>

#include "controller/runtime/metric.h"
#include "test/docs/page.h"

namespace windlass {

// Returns the tables of a section: its labels, if it has any, and its metrics.
std::string TablesOf(const MetricSection& section);

// Returns the tables of each section, by its title.
std::vector<PageTable> MetricTables(const std::vector<MetricSection>& sections);

}  // namespace windlass
