
#include "cmd/windlass/all_metrics.h"

#include <algorithm>

namespace windlass {
namespace {

// Adds the section `more`. If `sections` has a section with the title of `more` already, adds to
// that section the metrics of `more` that it lacks.
void Add(std::vector<MetricSection>& sections, const MetricSection& more) {
  auto section = std::ranges::find(sections, more.title, &MetricSection::title);
  if (section == sections.end()) {
    sections.push_back(more);
    return;
  }
  for (const Metric* metric : more.metrics) {
    if (std::ranges::count(section->metrics, metric) == 0) section->metrics.push_back(metric);
  }
}

}  // namespace

std::vector<MetricSection> AllMetrics(const ControllerList& controllers) {
  std::vector<MetricSection> sections;
  for (const ControllerEntry& entry : controllers) {
    for (const MetricSection& section : entry.metrics) Add(sections, section);
  }
  for (const auto& section : {DecisionMetrics, LeadershipMetrics, QueueMetrics, ClientMetrics,
                              InformerMetrics, ProcessMetrics}) {
    Add(sections, section());
  }
  return sections;
}

}  // namespace windlass
