// The figures of a controller that the metrics page shows: plain data, copied into what the core
// publishes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kubeclient/base/histogram.h"

namespace windlass {

// One series of a metric family. All series of a family are adjacent and have the same name, help
// and kind of value.
struct Figure {
  struct Counter {
    uint64_t value = 0;
  };
  struct Gauge {
    double value = 0;
  };

  std::string name;  // "windlass_stepped_back_total"
  std::string help;
  std::variant<Counter, Gauge, Histogram> value;
  std::vector<std::pair<std::string, std::string>> labels{};
};
using Figures = std::vector<Figure>;

// Adds the figures of one more controller to `all`. Two controllers may count the same: figures
// with the same name and labels become one with their sum. A series with other labels joins its
// family. Both must be of the same kind, and histograms must have the same buckets.
void MergeFigures(Figures& all, Figures more);

}  // namespace windlass
