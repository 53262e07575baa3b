// docs/kubectl-windlass-errors.md says what the rows of test/unit/kubectl say.
#include "test/docs/errors_page.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "test/catch.h"

namespace windlass::errors_page_test {
namespace {

TEST_CASE("a text of several lines, or with a bar, stays in its cell") {
  const auto tables =
      ErrorTables({{"Some", {{{"get"}, cli::ExitCode::kUsage, "error: a|b\nSee c", "Why."}}}});
  REQUIRE(tables.size() == 1);
  CHECK(tables[0].title == "Some");
  CHECK(tables[0].text ==
        "| what it says | exit code | when, and what to do |\n|---|--:|---|\n"
        "| `error: a\\|b`<br>`See c` | 64 | Why. |\n");
}

TEST_CASE("docs/kubectl-windlass-errors.md lists every error; if not: tools/errors-page.sh") {
  std::ifstream file(WINDLASS_DOCS "/kubectl-windlass-errors.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  REQUIRE(page.size() > 1000);
  const auto tables = ErrorTables(cli::AllErrors());
  CHECK(TitlesWithoutTable(page, "errors", tables).empty());
  const std::string filled = PageWith(page, "errors", tables);
  const auto [was, is] = std::ranges::mismatch(page, filled);
  CAPTURE(std::string(was, page.end()).substr(0, 200),
          std::string(is, filled.end()).substr(0, 200));
  CHECK(filled == page);
}

TEST_CASE("each row says in one line when it comes about, and what to do") {
  for (const cli::ErrorSection& section : cli::AllErrors()) {
    for (const cli::ErrorRow& row : section.rows) {
      CAPTURE(section.title, row.text);
      CHECK_FALSE(row.text.empty());
      CHECK(row.help.ends_with('.'));
      CHECK(row.help.find('\n') == std::string::npos);
      CHECK(row.help.find('|') == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace windlass::errors_page_test
