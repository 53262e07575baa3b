#include "test/docs/page.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

namespace windlass {
namespace {

constexpr std::string_view kEnd = "<!-- end -->\n";

std::string BeginOf(std::string_view kind) { return "<!-- " + std::string(kind) + ": "; }

}  // namespace

std::vector<std::string> TitlesWithoutTable(std::string_view page, std::string_view kind,
                                            const std::vector<PageTable>& tables) {
  const std::string begin = BeginOf(kind);
  std::vector<std::string> unknown;
  for (size_t at = 0; (at = page.find(begin, at)) != std::string_view::npos;) {
    at += begin.size();
    const std::string_view title = page.substr(at, page.find(" -->", at) - at);
    if (std::ranges::count(tables, title, &PageTable::title) == 0) unknown.emplace_back(title);
  }
  return unknown;
}

std::string PageWith(std::string_view page, std::string_view kind,
                     const std::vector<PageTable>& tables) {
  std::string filled(page);
  for (const PageTable& table : tables) {
    const std::string begin = BeginOf(kind) + table.title + " -->\n";
    size_t at = filled.find(begin);
    if (at == std::string::npos) {
      filled += "\n## " + table.title + "\n\n" + begin + std::string(kEnd);
      at = filled.find(begin);
    }
    at += begin.size();
    const size_t end = filled.find(kEnd, at);
    filled.replace(at, end - at, table.text);
  }
  return filled;
}

int PrintPage(int argc, char** argv, std::string_view kind, const std::vector<PageTable>& tables) {
  std::ifstream file(argc == 2 ? argv[1] : "");
  if (!file) {
    std::cerr << "usage: " << argv[0] << " FILE\n";
    return 2;
  }
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto unknown = TitlesWithoutTable(page, kind, tables);
  for (const std::string& title : unknown) {
    std::cerr << argv[1] << ": the program has no " << kind << " \"" << title
              << "\"; remove that section, or write the title that it has now\n";
  }
  if (!unknown.empty()) return 1;
  std::cout << PageWith(page, kind, tables);
  return 0;
}

}  // namespace windlass
