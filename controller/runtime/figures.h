// The figures of the metrics page: each metric with the values of its series. Plain data, filled on
// the core thread and copied into the published snapshot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "controller/runtime/metric.h"
#include "kubeclient/base/histogram.h"

namespace windlass {

class Figures {
 public:
  // The values of a series' labels, in the order of Metric::labels. "" leaves a label out.
  using Labels = std::vector<std::string>;
  // uint64_t for a counter, double for a gauge or a counter of seconds.
  using Value = std::variant<uint64_t, double, Histogram>;
  struct Family {
    const Metric* metric;
    std::map<Labels, Value> series;
  };

  // Each of these functions adds `value` to the series of `metric` with `labels`. If two
  // controllers report the same series, the series has the sum of their values. Requirements:
  // - The type of the value fits the type of the metric (see Value).
  // - `labels` has as many entries as the metric has labels.
  // - All histograms of one series have the same buckets.
  // - `metric` outlives the Figures.
  void Count(const Metric& metric, uint64_t value, Labels labels = {});
  void Set(const Metric& metric, double value, Labels labels = {});
  void Spread(const Metric& metric, const Histogram& value, Labels labels = {});

  // Removes the label `namespace`, and drops the metrics with Metric::of_objects. Series that
  // differed only in that label are added up. Example: a gauge with 3 for "shop" and 2 for "bank"
  // becomes one series with 5.
  void LeaveOutNamespaces();

  // Returns the metrics in the order in which they were first used.
  const std::vector<Family>& families() const { return families_; }
  // Returns the number of series. A histogram counts as one series.
  size_t size() const;

 private:
  void Add(const Metric& metric, Value value, Labels labels);

  std::vector<Family> families_;
  std::map<const Metric*, size_t> places_;  // the index of each metric in families_
};

}  // namespace windlass
