// docs/metrics.md says what the program registers.
#include "test/docs/metrics_page.h"

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "cmd/windlass/controllers.h"
#include "cmd/windlass/metric_list.h"
#include "test/catch.h"

namespace windlass::metrics_page_test {
namespace {

constexpr std::string_view kValues[] = {"one", "two"};
constexpr Metric kOne{
    "one_total", MetricType::kCounter, "Ones.", {{{"kind", kValues}, {"code", {}, "a code"}}}};
constexpr Metric kTwo{"two", MetricType::kGauge, "Twos", {{{"code", {}, "another"}}}, "And more."};

TEST_CASE("the tables of a section name its metrics, and the values of its labels") {
  CHECK(TablesOf({"Some", {&kOne, &kTwo}}) ==
        "| metric | type | labels | |\n|---|---|---|---|\n"
        "| `one_total` | counter | kind, code | Ones. |\n"
        "| `two` | gauge | code | Twos. And more. |\n"
        "\n| label | values |\n|---|---|\n"
        "| `kind` | `one`, `two` |\n"
        "| `code` of `one_total` | a code |\n"
        "| `code` of `two` | another |\n");
}

TEST_CASE("docs/metrics.md lists every metric as it is registered; if not: tools/metrics-page.sh") {
  std::ifstream file(WINDLASS_DOCS "/metrics.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  REQUIRE(page.size() > 1000);
  const std::vector<PageTable> tables = MetricTables(AllMetrics(Controllers()));
  CHECK(TitlesWithoutTable(page, "metrics", tables).empty());
  const std::string filled = PageWith(page, "metrics", tables);
  const auto [was, is] = std::ranges::mismatch(page, filled);
  CAPTURE(std::string(was, page.end()).substr(0, 200),
          std::string(is, filled.end()).substr(0, 200));
  CHECK(filled == page);
}

TEST_CASE("each metric has one name, one line of help, and labels with values or a description") {
  std::set<std::string_view> names;
  for (const MetricSection& section : AllMetrics(Controllers())) {
    for (const Metric* metric : section.metrics) {
      CAPTURE(metric->name);
      CHECK(names.insert(metric->name).second);
      CHECK_FALSE(metric->help.empty());
      CHECK(metric->help.find('\n') == std::string::npos);
      CHECK((metric->type == MetricType::kCounter) == metric->name.ends_with("_total"));
      for (const MetricLabel& label : metric->labels()) {
        CAPTURE(label.name);
        CHECK(label.values.empty() != label.about.empty());
      }
    }
  }
}

}  // namespace
}  // namespace windlass::metrics_page_test
