// A Prometheus histogram as plain data. The core thread owns and fills it; the published snapshot
// holds a copy.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "kubeclient/base/clock.h"

namespace windlass {

struct Histogram {
  std::vector<double> bounds;    // upper bounds in seconds, rising, without the last bound, +Inf
  std::vector<uint64_t> counts;  // not cumulative; one per bucket, so bounds.size() + 1 of them
  double sum = 0;                // of all observed values, in seconds

  Histogram() = default;
  explicit Histogram(std::vector<double> upper_bounds)
      : bounds(std::move(upper_bounds)), counts(bounds.size() + 1) {}

  // A value equal to a bound counts in that bound's bucket.
  void Observe(Duration value);
  // Returns the number of observed values.
  uint64_t count() const;
};

// Returns an empty histogram with the buckets of client-go's workqueue metrics, 10 ns to 10 s
// (D-540).
Histogram WorkQueueHistogram();
// Returns an empty histogram with the buckets of client-go's rest_client metrics, 5 ms to 60 s.
Histogram RestClientHistogram();

}  // namespace windlass
