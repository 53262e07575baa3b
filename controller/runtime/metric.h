// What a metric is: its name, its type, what it says, and which values its labels can have.
//
// Each metric is a constant beside the code that counts it, and is in the list of its controller
// (ControllerEntry::metrics) or of the process (cmd/windlass/all_metrics.h). docs/metrics.md is
// generated from these lists.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace windlass {

struct MetricLabel {
  std::string_view name;
  // Every value that the label can have, without those that controllers add (`open`). If there is
  // no closed set of values, this is empty, and `about` describes the values.
  std::span<const std::string_view> values{};
  std::string_view about{};
  // True if controllers add values to this label (ControllerEntry::label_words). Example: each
  // controller adds the kind of its objects to the values of the label `kind`.
  bool open = false;
};

// The values that one controller adds to each open label with the name `label`. String literals.
struct LabelWords {
  std::string_view label;
  std::vector<std::string_view> values;
};

enum class MetricType : uint8_t { kCounter, kGauge, kHistogram };

inline constexpr size_t kMetricLabelsMax = 8;

struct Metric {
  std::string_view name;
  MetricType type;
  std::string_view help;  // what the metric tells; shown as # HELP on the metrics page
  std::array<MetricLabel, kMetricLabelsMax> all_labels{};  // an entry without a name is unused
  std::string_view more{};  // docs/metrics.md prints this text after `help`
  // True in two cases, in which Figures::LeaveOutNamespaces drops the metric:
  // - Each series is about one object, whose name is in the labels.
  // - The metric counts the objects that have no series of their own (windlass_rollouts_not_shown).
  bool of_objects = false;

  constexpr std::span<const MetricLabel> labels() const {
    size_t count = 0;
    while (count < kMetricLabelsMax && !all_labels[count].name.empty()) ++count;
    return std::span(all_labels).first(count);
  }
};

// The name of the label that has the namespace of the object that a series is about.
inline constexpr std::string_view kNamespaceLabel = "namespace";

// Metrics of one topic: a table of docs/metrics.md.
struct MetricSection {
  std::string_view title;
  std::vector<const Metric*> metrics;
};

}  // namespace windlass
