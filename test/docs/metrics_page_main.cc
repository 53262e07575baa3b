// metrics_page FILE: prints the page FILE with the metrics of this program (tools/metrics-page.sh).
#include "cmd/windlass/controllers.h"
#include "test/docs/metrics_page.h"

int main(int argc, char** argv) {
  return windlass::PrintPage(argc, argv, "metrics",
                             windlass::MetricTables(windlass::Controllers()));
}
