#include "kubeclient/base/histogram.h"

#include <algorithm>
#include <numeric>

namespace windlass {

void Histogram::Observe(Duration value) {
  const double observed = std::chrono::duration<double>(value).count();
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), observed) - bounds.begin();
  ++counts[static_cast<size_t>(bucket)];
  sum += observed;
}

uint64_t Histogram::count() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

Histogram WorkQueueHistogram() {
  return Histogram({1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10});
}

Histogram RestClientHistogram() {
  return Histogram({0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60});
}

}  // namespace windlass
