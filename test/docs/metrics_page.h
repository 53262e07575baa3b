// The tables of docs/metrics.md, as the registered metrics say them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/runtime/metric.h"

namespace windlass {

// Returns the tables of a section: its labels, if it has any, and its metrics.
std::string TablesOf(const MetricSection& section);

// Returns the titles in lines `<!-- metrics: TITLE -->` of `page` that no section has.
std::vector<std::string> UnknownTitles(std::string_view page,
                                       const std::vector<MetricSection>& sections);

// Returns `page` with the tables of each section in place of what stands there: between the lines
// `<!-- metrics: TITLE -->` and `<!-- end -->`. Appends a section that has no such lines, with
// them.
std::string FilledPage(std::string_view page, const std::vector<MetricSection>& sections);

}  // namespace windlass
