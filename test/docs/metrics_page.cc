#include "test/docs/metrics_page.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cmd/windlass/all_metrics.h"

namespace windlass {
namespace {

std::string Code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::kCounter: return "counter";
    case MetricType::kGauge: return "gauge";
    case MetricType::kHistogram: return "histogram";
  }
  return "";
}

std::string TextOf(const MetricLabel& label, const ControllerList& controllers) {
  std::string text;
  for (const std::string_view value : ValuesOf(label, controllers)) {
    text += (text.empty() ? "" : ", ") + Code(value);
  }
  return text.empty() ? std::string(label.about) : text;
}

// Returns one row for each label and set of values. A label that means two things in one section
// names the metric.
std::string LabelRows(const MetricSection& section, const ControllerList& controllers) {
  std::vector<std::pair<std::string, std::string>> seen;  // name and values
  std::vector<std::string> metrics;
  for (const Metric* metric : section.metrics) {
    for (const MetricLabel& label : metric->labels()) {
      std::pair row{std::string(label.name), TextOf(label, controllers)};
      if (std::ranges::count(seen, row) > 0) continue;
      seen.push_back(std::move(row));
      metrics.emplace_back(metric->name);
    }
  }
  std::string rows;
  for (size_t i = 0; i < seen.size(); ++i) {
    const auto& [name, values] = seen[i];
    const auto same =
        std::ranges::count_if(seen, [&](const auto& row) { return row.first == name; });
    rows +=
        "| " + Code(name) + (same > 1 ? " of " + Code(metrics[i]) : "") + " | " + values + " |\n";
  }
  return rows;
}

std::string MetricRow(const Metric& metric) {
  std::string labels;
  for (const MetricLabel& label : metric.labels()) {
    labels += (labels.empty() ? "" : ", ") + std::string(label.name);
  }
  std::string text(metric.help);
  if (!metric.more.empty()) text += (text.ends_with('.') ? " " : ". ") + std::string(metric.more);
  return "| " + Code(metric.name) + " | " + std::string(TypeName(metric.type)) + " | " + labels +
         " | " + text + " |\n";
}

}  // namespace

std::string TablesOf(const MetricSection& section, const ControllerList& controllers) {
  std::string text = "| metric | type | labels | |\n|---|---|---|---|\n";
  for (const Metric* metric : section.metrics) text += MetricRow(*metric);
  const std::string labels = LabelRows(section, controllers);
  if (!labels.empty()) text += "\n| label | values |\n|---|---|\n" + labels;
  return text;
}

std::vector<PageTable> MetricTables(const ControllerList& controllers) {
  std::vector<PageTable> tables;
  for (const MetricSection& section : AllMetrics(controllers)) {
    tables.push_back({std::string(section.title), TablesOf(section, controllers)});
  }
  return tables;
}

}  // namespace windlass
