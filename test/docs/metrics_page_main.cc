// metrics_page FILE: prints the page FILE with the metrics of this program (tools/metrics-page.sh).
#include "cmd/windlass/controllers.h"
#include "cmd/windlass/metric_sections.h"
#include "test/docs/metrics_page.h"

int main(int argc, char** argv) {
  const auto sections = windlass::AllMetrics(windlass::Controllers());
  return windlass::PrintPage(argc, argv, "metrics", windlass::MetricTables(sections));
}
