// docs/metrics.md says what the program registers.
#include "test/docs/metrics_page.h"

#include <set>
#include <string_view>

#include "cmd/windlass/controllers.h"
#include "cmd/windlass/metric_sections.h"
#include "test/catch.h"
#include "test/docs/page_check.h"

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
  CheckPage("metrics.md", "metrics", MetricTables(AllMetrics(Controllers())));
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
