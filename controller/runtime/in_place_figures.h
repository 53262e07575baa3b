// What in-place updates did, as the metrics show it (P-084). Plain data, copied into the
// published snapshot. Totals count what happened while this process led, so that those of all
// replicas may be added up.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kubeclient/base/histogram.h"

namespace windlass {

// From half a second to half an hour: what a kill, a pull and a start may take.
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
  std::map<std::string, uint64_t> blocked;    // Deployments that do not get on, by cause
};

}  // namespace windlass
