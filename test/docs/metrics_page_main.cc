// metrics_page FILE: prints the page FILE with the metrics of this program (tools/metrics-page.sh).
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "cmd/windlass/controllers.h"
#include "cmd/windlass/metric_list.h"
#include "test/docs/metrics_page.h"

int main(int argc, char** argv) {
  std::ifstream file(argc == 2 ? argv[1] : "");
  if (!file) {
    std::cerr << "usage: metrics_page FILE\n";
    return 2;
  }
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto sections = windlass::AllMetrics(windlass::Controllers());
  const auto unknown = windlass::UnknownTitles(page, sections);
  for (const std::string& title : unknown) {
    std::cerr << argv[1] << ": the program has no metrics \"" << title
              << "\"; remove that section, or write the title that it has now\n";
  }
  if (!unknown.empty()) return 1;
  std::cout << windlass::FilledPage(page, sections);
}
