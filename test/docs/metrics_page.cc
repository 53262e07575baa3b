#include "test/docs/metrics_page.h"

#include <algorithm>
#include <set>
#include <utility>

namespace windlass {
namespace {

constexpr std::string_view kBegin = "<!-- metrics: ";
constexpr std::string_view kEnd = "<!-- end -->\n";

std::string Code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::kCounter: return "counter";
    case MetricType::kGauge: return "gauge";
    case MetricType::kHistogram: return "histogram";
  }
  return "";
}

std::string ValuesOf(const MetricLabel& label) {
  std::string text;
  for (const std::string_view value : label.values) {
    text += (text.empty() ? "" : ", ") + Code(value);
  }
  return text.empty() ? std::string(label.about) : text;
}

// Returns one row for each label and set of values. A label that means two things in one section
// names the metric.
std::string LabelRows(const MetricSection& section) {
  std::vector<std::pair<std::string, std::string>> seen;  // name and values
  std::vector<std::string> metrics;
  for (const Metric* metric : section.metrics) {
    for (const MetricLabel& label : metric->labels()) {
      std::pair row{std::string(label.name), ValuesOf(label)};
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

std::string TablesOf(const MetricSection& section) {
  std::string text = "| metric | type | labels | |\n|---|---|---|---|\n";
  for (const Metric* metric : section.metrics) text += MetricRow(*metric);
  const std::string labels = LabelRows(section);
  if (!labels.empty()) text += "\n| label | values |\n|---|---|\n" + labels;
  return text;
}

std::vector<std::string> UnknownTitles(std::string_view page,
                                       const std::vector<MetricSection>& sections) {
  std::vector<std::string> unknown;
  for (size_t at = 0; (at = page.find(kBegin, at)) != std::string_view::npos;) {
    at += kBegin.size();
    const std::string_view title = page.substr(at, page.find(" -->", at) - at);
    if (std::ranges::count(sections, title, &MetricSection::title) == 0) {
      unknown.emplace_back(title);
    }
  }
  return unknown;
}

std::string FilledPage(std::string_view page, const std::vector<MetricSection>& sections) {
  std::string filled(page);
  for (const MetricSection& section : sections) {
    const std::string title(section.title);
    const std::string begin = std::string(kBegin) + title + " -->\n";
    size_t at = filled.find(begin);
    if (at == std::string::npos) {
      filled += "\n## " + title + "\n\n" + begin + std::string(kEnd);
      at = filled.find(begin);
    }
    at += begin.size();
    const size_t end = filled.find(kEnd, at);
    filled.replace(at, end - at, TablesOf(section));
  }
  return filled;
}

}  // namespace windlass
