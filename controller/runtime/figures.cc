#include "controller/runtime/figures.h"

#include <span>
#include <type_traits>
#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass {
namespace {

void Sum(uint64_t& onto, uint64_t more) { onto += more; }

void Sum(double& onto, double more) { onto += more; }

void Sum(Histogram& onto, const Histogram& more) {
  WL_ASSERT(onto.bounds == more.bounds);
  for (size_t i = 0; i < onto.counts.size(); ++i) onto.counts[i] += more.counts[i];
  onto.sum += more.sum;
}

void Sum(Figures::Value& onto, const Figures::Value& more) {
  WL_ASSERT(onto.index() == more.index());
  std::visit(
      [&](auto& value) {
        Sum(value, *std::get_if<std::remove_reference_t<decltype(value)>>(&more));
      },
      onto);
}

bool Fits(const Metric& metric, const Figures::Value& value) {
  switch (metric.type) {
    case MetricType::kCounter: return !std::holds_alternative<Histogram>(value);
    case MetricType::kGauge: return std::holds_alternative<double>(value);
    case MetricType::kHistogram: return std::holds_alternative<Histogram>(value);
  }
  return false;
}

}  // namespace

void Figures::Count(const Metric& metric, uint64_t value, Labels labels) {
  Add(metric, value, std::move(labels));
}

void Figures::Set(const Metric& metric, double value, Labels labels) {
  Add(metric, value, std::move(labels));
}

void Figures::Spread(const Metric& metric, const Histogram& value, Labels labels) {
  Add(metric, value, std::move(labels));
}

void Figures::Add(const Metric& metric, Value value, Labels labels) {
  WL_ASSERT(Fits(metric, value));
  WL_ASSERT(labels.size() == metric.labels().size());
  const auto [place, is_new] = places_.try_emplace(&metric, families_.size());
  if (is_new) families_.push_back({&metric, {}});
  auto& series = families_[place->second].series;
  const auto [entry, first] = series.try_emplace(std::move(labels), value);
  if (!first) Sum(entry->second, value);
}

void Figures::LeaveOutNamespaces() {
  Figures without;
  for (const Family& family : families_) {
    if (family.metric->of_objects) continue;
    const std::span<const MetricLabel> names = family.metric->labels();
    for (const auto& [labels, value] : family.series) {
      Labels others = labels;
      for (size_t i = 0; i < others.size(); ++i) {
        if (names[i].name == kNamespaceLabel) others[i].clear();
      }
      without.Add(*family.metric, value, std::move(others));
    }
  }
  *this = std::move(without);
}

size_t Figures::size() const {
  size_t count = 0;
  for (const Family& family : families_) count += family.series.size();
  return count;
}

}  // namespace windlass
