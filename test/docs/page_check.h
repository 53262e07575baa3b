// The check that a page of docs has the tables that a program writes.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "test/catch.h"
#include "test/docs/page.h"

namespace windlass {

// Checks that docs/`name` has each of the tables of this kind (page.h), as it is now, and no
// others.
inline void CheckPage(const std::string& name, std::string_view kind,
                      const std::vector<PageTable>& tables) {
  std::ifstream file(WINDLASS_DOCS "/" + name);
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  REQUIRE(page.size() > 1000);
  CHECK(TitlesWithoutTable(page, kind, tables).empty());
  const std::string filled = PageWith(page, kind, tables);
  const auto [was, is] = std::ranges::mismatch(page, filled);
  CAPTURE(std::string(was, page.end()).substr(0, 200),
          std::string(is, filled.end()).substr(0, 200));
  CHECK(filled == page);
}

}  // namespace windlass
