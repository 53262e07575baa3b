// Pages of docs with tables that a program writes: each stands between two lines,
// `<!-- KIND: TITLE -->` and `<!-- end -->`. The rest of the page is written by hand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace windlass {

struct PageTable {
  std::string title;
  std::string text;  // Markdown, with a line end
};

// Returns the titles of the lines `<!-- kind: TITLE -->` of `page` that no table has.
std::vector<std::string> TitlesWithoutTable(std::string_view page, std::string_view kind,
                                            const std::vector<PageTable>& tables);

// Returns `page` with each table in place of what stands between its lines. Appends a table that
// has no such lines, with them.
std::string PageWith(std::string_view page, std::string_view kind,
                     const std::vector<PageTable>& tables);

// The main of a program `NAME FILE` that prints the page FILE with the tables.
int PrintPage(int argc, char** argv, std::string_view kind, const std::vector<PageTable>& tables);

}  // namespace windlass
