// The figures of several controllers on one page.
#include "controller/runtime/figures.h"

#include <string>
#include <vector>

#include "test/catch.h"

namespace windlass {
namespace {

Figure Counted(const std::string& name, uint64_t value, const std::string& label = "") {
  Figure figure{name, "Help.", Figure::Counter{value}};
  if (!label.empty()) figure.labels = {{"result", label}};
  return figure;
}

// Returns "name{label} value" for each counter.
std::vector<std::string> Texts(const Figures& figures) {
  std::vector<std::string> texts;
  for (const Figure& figure : figures) {
    const std::string label = figure.labels.empty() ? "" : figure.labels.front().second;
    texts.push_back(figure.name + "{" + label + "} " +
                    std::to_string(std::get<Figure::Counter>(figure.value).value));
  }
  return texts;
}

TEST_CASE("figures that two controllers count become one with their sum") {
  Figures all = {Counted("a", 1), Counted("b", 2, "x"), Counted("b", 3, "y")};
  MergeFigures(all, {Counted("a", 10), Counted("b", 20, "y")});
  CHECK(Texts(all) == std::vector<std::string>{"a{} 11", "b{x} 2", "b{y} 23"});
}

TEST_CASE("a new series joins its family, and a new family comes last") {
  Figures all = {Counted("a", 1, "x"), Counted("b", 2)};
  MergeFigures(all, {Counted("c", 3), Counted("a", 4, "y")});
  CHECK(Texts(all) == std::vector<std::string>{"a{x} 1", "a{y} 4", "b{} 2", "c{} 3"});
}

TEST_CASE("the figures of one controller stay as they are, and in their order") {
  Figures all;
  MergeFigures(all, {Counted("b", 1), Counted("a", 2, "y"), Counted("a", 3, "x")});
  CHECK(Texts(all) == std::vector<std::string>{"b{} 1", "a{y} 2", "a{x} 3"});
}

TEST_CASE("gauges and histograms of two controllers are added, too") {
  Histogram one({1, 10});
  one.Observe(seconds(5));
  Histogram other({1, 10});
  other.Observe(seconds(5));
  other.Observe(seconds(50));
  Figures all = {{"seconds", "Help.", one}, {"blocked", "Help.", Figure::Gauge{2}}};
  MergeFigures(all, {{"seconds", "Help.", other}, {"blocked", "Help.", Figure::Gauge{1}}});
  REQUIRE(all.size() == 2);
  const auto& sum = std::get<Histogram>(all[0].value);
  CHECK(sum.counts == std::vector<uint64_t>{0, 2, 1});
  CHECK(sum.count() == 3);
  CHECK(sum.sum == 60);
  CHECK(std::get<Figure::Gauge>(all[1].value).value == 3);
}

}  // namespace
}  // namespace windlass
