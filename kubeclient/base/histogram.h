// A Prometheus histogram as plain data: owned by the core, copied into the published snapshot.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "kubeclient/base/clock.h"

namespace windlass {

struct Histogram {
  std::vector<double> bounds;    // upper bounds in seconds, rising; +Inf is implied
  std::vector<uint64_t> counts;  // bounds.size() + 1, not cumulative
  double sum = 0;                // seconds

  Histogram() = default;
  explicit Histogram(std::vector<double> upper_bounds)
      : bounds(std::move(upper_bounds)), counts(bounds.size() + 1) {}

  void Observe(Duration value);
  uint64_t count() const;
};

// 1e-8 … 10 seconds: the buckets of client-go's workqueue histograms (D-540).
Histogram WorkQueueHistogram();
// 5 ms … 60 s: the buckets of client-go's rest_client histograms.
Histogram RestClientHistogram();

}  // namespace windlass
