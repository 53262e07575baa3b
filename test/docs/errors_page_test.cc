// docs/kubectl-windlass-errors.md says what the rows of test/unit/kubectl say.
#include "test/docs/errors_page.h"

#include "test/catch.h"
#include "test/docs/page_check.h"

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
  CheckPage("kubectl-windlass-errors.md", "errors", ErrorTables(cli::AllErrors()));
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
