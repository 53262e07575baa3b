#include "cmd/windlass/metrics_text.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "cmd/windlass/all_metrics.h"

namespace windlass {
namespace {

prometheus::MetricType TypeOf(const Metric& metric) {
  switch (metric.type) {
    case MetricType::kCounter: return prometheus::MetricType::Counter;
    case MetricType::kGauge: return prometheus::MetricType::Gauge;
    case MetricType::kHistogram: return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

void SetBuckets(prometheus::ClientMetric::Histogram& out, const Histogram& histogram) {
  out.sample_count = histogram.count();
  out.sample_sum = histogram.sum;
  uint64_t cumulative = 0;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    cumulative += histogram.counts[i];
    const double bound =
        i < histogram.bounds.size() ? histogram.bounds[i] : std::numeric_limits<double>::infinity();
    out.bucket.push_back({cumulative, bound});
  }
}

// Leaves out labels whose value is empty, because for Prometheus a label with an empty value is the
// same as no label.
prometheus::ClientMetric SeriesOf(const Metric& metric, const Figures::Labels& labels,
                                  const Figures::Value& value) {
  prometheus::ClientMetric series;
  const std::span<const MetricLabel> names = metric.labels();
  for (size_t i = 0; i < labels.size(); ++i) {
    if (!labels[i].empty()) series.label.push_back({std::string(names[i].name), labels[i]});
  }
  if (const auto* histogram = std::get_if<Histogram>(&value)) {
    SetBuckets(series.histogram, *histogram);
    return series;
  }
  const auto* count = std::get_if<uint64_t>(&value);
  const double number = count != nullptr ? static_cast<double>(*count) : std::get<double>(value);
  series.counter.value = series.gauge.value = number;
  return series;
}

std::string Render(const Figures& figures) {
  std::vector<prometheus::MetricFamily> families;
  for (const Figures::Family& family : figures.families()) {
    const Metric& metric = *family.metric;
    prometheus::MetricFamily out{
        std::string(metric.name), std::string(metric.help), TypeOf(metric), {}};
    for (const auto& [labels, value] : family.series) {
      out.metric.push_back(SeriesOf(metric, labels, value));
    }
    families.push_back(std::move(out));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace

std::string MetricsText(const Snapshot& snapshot) {
  Figures figures;
  AddProcess(snapshot, figures);
  AddLeadership(snapshot, figures);
  AddDecisions(snapshot, figures);
  AddQueue(snapshot, figures);
  AddClient(snapshot, figures);
  AddInformers(snapshot, figures);
  return Render(figures) + Render(snapshot.figures);
}

}  // namespace windlass
