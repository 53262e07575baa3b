// The figures of several controllers on one page.
#include "controller/runtime/figures.h"

#include <string>
#include <vector>

#include "test/catch.h"

namespace windlass::figures_test {
namespace {

constexpr Metric kA{"a_total", MetricType::kCounter, "Help.", {{{"result"}}}};
constexpr Metric kB{"b_total", MetricType::kCounter, "Help."};
constexpr Metric kBlocked{"blocked", MetricType::kGauge, "Help.", {{{"namespace"}, {"cause"}}}};
constexpr Metric kSeconds{"seconds", MetricType::kHistogram, "Help."};
constexpr Metric kObject{"object", MetricType::kGauge, "Help.", {{{"namespace"}, {"name"}}}, {},
                         true};

// Returns "name{label,label} value" for each counter and gauge.
std::vector<std::string> Texts(const Figures& figures) {
  std::vector<std::string> texts;
  for (const Figures::Family& family : figures.families()) {
    for (const auto& [labels, value] : family.series) {
      std::string text(family.metric->name);
      text += "{";
      for (size_t i = 0; i < labels.size(); ++i) text += (i == 0 ? "" : ",") + labels[i];
      const auto* count = std::get_if<uint64_t>(&value);
      const auto number =
          count != nullptr ? *count : static_cast<uint64_t>(std::get<double>(value));
      texts.push_back(text + "} " + std::to_string(number));
    }
  }
  return texts;
}

TEST_CASE("what two controllers count becomes one series with the sum") {
  Figures figures;
  figures.Count(kB, 1);
  figures.Count(kA, 2, {"x"});
  figures.Count(kA, 3, {"y"});
  figures.Count(kB, 10);
  figures.Count(kA, 20, {"y"});
  CHECK(Texts(figures) ==
        std::vector<std::string>{"b_total{} 11", "a_total{x} 2", "a_total{y} 23"});
  CHECK(figures.size() == 3);
}

TEST_CASE("gauges and histograms of two controllers are added, too") {
  Histogram one({1, 10});
  one.Observe(seconds(5));
  Histogram other({1, 10});
  other.Observe(seconds(5));
  other.Observe(seconds(50));
  Figures figures;
  figures.Spread(kSeconds, one);
  figures.Spread(kSeconds, other);
  figures.Set(kBlocked, 2, {"shop", "Paused"});
  figures.Set(kBlocked, 1, {"shop", "Paused"});
  const auto& sum = std::get<Histogram>(figures.families().at(0).series.begin()->second);
  CHECK(sum.counts == std::vector<uint64_t>{0, 2, 1});
  CHECK(sum.count() == 3);
  CHECK(sum.sum == 60);
  CHECK(std::get<double>(figures.families().at(1).series.begin()->second) == 3);
}

TEST_CASE("without namespaces, their series are added up, and no object has one") {
  Figures figures;
  figures.Set(kBlocked, 3, {"shop", "Paused"});
  figures.Set(kBlocked, 2, {"bank", "Paused"});
  figures.Set(kBlocked, 1, {"bank", "Failing"});
  figures.Set(kObject, 1, {"shop", "web"});
  figures.Count(kA, 4, {"x"});
  figures.LeaveOutNamespaces();
  CHECK(Texts(figures) ==
        std::vector<std::string>{"blocked{,Failing} 1", "blocked{,Paused} 5", "a_total{x} 4"});
}

}  // namespace
}  // namespace windlass::figures_test
