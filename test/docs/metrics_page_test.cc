// docs/metrics.md says what the program registers.
#include "test/docs/metrics_page.h"

#include <set>
#include <string_view>

#include "cmd/windlass/all_metrics.h"
#include "cmd/windlass/controllers.h"
#include "test/catch.h"
#include "test/docs/page_check.h"

namespace windlass::metrics_page_test {
namespace {

constexpr std::string_view kValues[] = {"one", "two"};
constexpr Metric kOne{
    "one_total", MetricType::kCounter, "Ones.", {{{"kind", kValues}, {"code", {}, "a code"}}}};
constexpr Metric kTwo{"two", MetricType::kGauge, "Twos", {{{"code", {}, "another"}}}, "And more."};

TEST_CASE("the tables of a section name its metrics, and the values of its labels") {
  CHECK(TablesOf({"Some", {&kOne, &kTwo}}, {}) ==
        "| metric | type | labels | |\n|---|---|---|---|\n"
        "| `one_total` | counter | kind, code | Ones. |\n"
        "| `two` | gauge | code | Twos. And more. |\n"
        "\n| label | values |\n|---|---|\n"
        "| `kind` | `one`, `two` |\n"
        "| `code` of `one_total` | a code |\n"
        "| `code` of `two` | another |\n");
}

TEST_CASE("an open label has the words of each controller once, then its own") {
  constexpr Metric open{"open",
                        MetricType::kGauge,
                        "Open.",
                        {{{"kind", kValues, {}, /*open=*/true}, {"code", kValues}}}};
  const ControllerList controllers = {
      {.name = "boat", .make = {}, .label_words = {{"kind", {"Boat", "two"}}, {"code", {"three"}}}},
      {.name = "ship", .make = {}, .label_words = {{"kind", {"Ship", "Boat"}}}}};
  CHECK(TablesOf({"Some", {&open}}, controllers) ==
        "| metric | type | labels | |\n|---|---|---|---|\n"
        "| `open` | gauge | kind, code | Open. |\n"
        "\n| label | values |\n|---|---|\n"
        "| `kind` | `Boat`, `two`, `Ship`, `one` |\n"
        "| `code` | `one`, `two` |\n");
}

TEST_CASE("docs/metrics.md lists every metric as it is registered; if not: tools/metrics-page.sh") {
  CheckPage("metrics.md", "metrics", MetricTables(Controllers()));
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
        CHECK(ValuesOf(label, Controllers()).empty() != label.about.empty());
      }
    }
  }
}

}  // namespace
}  // namespace windlass::metrics_page_test
