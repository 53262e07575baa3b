// Counts of what in-place updates did (P-084). Totals count what happened while this process led,
// so that the totals of all replicas can be added up.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "controller/runtime/figures.h"
#include "kubeclient/base/histogram.h"

namespace windlass {

// Buckets in seconds, from half a second to half an hour: the time that a kill, a pull and a start
// may take.
inline Histogram InPlaceHistogram() {
  return Histogram({0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800});
}

struct InPlaceFigures {
  std::map<std::string, uint64_t> patches;    // of Pods, by result
  std::map<std::string, uint64_t> failures;   // of Pods, by reason
  std::map<std::string, uint64_t> fallbacks;  // by reason
  std::map<std::string, uint64_t> exchanges;  // by result
  Histogram restart = InPlaceHistogram();     // from the patch to the new containers
  Histogram available = InPlaceHistogram();   // from the patch to the Pod's availability
};

// Appends the counts to `figures` as the metrics page shows them.
void AddInPlaceFigures(const InPlaceFigures& in_place, Figures& figures);

// Returns the names and help texts of these metrics.
MetricSection InPlaceMetrics();

}  // namespace windlass
