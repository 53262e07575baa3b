// Reads a metrics page in Prometheus' text format, as MetricsText writes it.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "test/catch.h"

namespace windlass {

struct MetricsSeries {
  using Labels = std::map<std::string, std::string>;
  std::string name;
  Labels labels;
  double value = 0;
};

// A parsed metrics page.
struct MetricsPage {
  std::map<std::string, std::string> types;  // name to type
  std::set<std::string> helped;              // names with a HELP line
  int families = 0;
  std::vector<MetricsSeries> series;

  // Returns all series of a name. Those of a histogram end in _bucket, _sum and _count.
  std::vector<MetricsSeries> Named(const std::string& name) const {
    std::vector<MetricsSeries> found;
    std::ranges::copy_if(series, std::back_inserter(found),
                         [&](const MetricsSeries& one) { return one.name == name; });
    return found;
  }
  // Returns the metric of a series. Those of a histogram end in _bucket, _sum and _count.
  std::string FamilyOf(const MetricsSeries& one) const {
    for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
      if (types.contains(one.name) || !one.name.ends_with(suffix)) continue;
      return one.name.substr(0, one.name.size() - suffix.size());
    }
    return one.name;
  }
};

// Parses a line such as: name{key="value",other="value"} number
inline MetricsSeries ReadSeries(const std::string& line) {
  MetricsSeries read;
  size_t at = line.find_first_of("{ ");
  REQUIRE(at != std::string::npos);
  read.name = line.substr(0, at);
  while (line[at] == '{' || line[at] == ',') {
    const size_t equals = line.find("=\"", at);
    REQUIRE(equals != std::string::npos);
    const size_t end = line.find('"', equals + 2);
    REQUIRE(end != std::string::npos);
    read.labels[line.substr(at + 1, equals - at - 1)] = line.substr(equals + 2, end - equals - 2);
    at = end + 1;
  }
  if (line[at] == '}') ++at;
  REQUIRE(line[at] == ' ');
  read.value = std::strtod(line.c_str() + at, nullptr);
  return read;
}

inline MetricsPage ReadMetrics(const std::string& text) {
  MetricsPage page;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, keyword, name, type;
    words >> hash >> keyword >> name >> type;
    if (keyword == "HELP" && hash == "#") {
      page.helped.insert(name);
    } else if (keyword == "TYPE" && hash == "#") {
      ++page.families;
      page.types[name] = type;
    } else if (!line.empty()) {
      page.series.push_back(ReadSeries(line));
    }
  }
  return page;
}

}  // namespace windlass
