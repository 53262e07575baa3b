// Tables in pages.
#include "test/docs/page.h"

#include <string>
#include <vector>

#include "test/catch.h"

namespace windlass::page_test {
namespace {

TEST_CASE("tables take the place of what stands there, and a section that is missing is added") {
  CHECK(PageWith("# Page\n<!-- metrics: A -->\nold\n<!-- end -->\nText.\n", "metrics",
                 {{"A", "| a |\n"}, {"B", "| b |\n"}}) ==
        "# Page\n<!-- metrics: A -->\n| a |\n<!-- end -->\nText.\n"
        "\n## B\n\n<!-- metrics: B -->\n| b |\n<!-- end -->\n");
}

TEST_CASE("a section of the page that the program does not have is found") {
  const std::string page = "<!-- metrics: A -->\n<!-- end -->\n<!-- metrics: B -->\n<!-- end -->\n";
  CHECK(TitlesWithoutTable(page, "metrics", {{"A", ""}}) == std::vector<std::string>{"B"});
  CHECK(TitlesWithoutTable(page, "metrics", {{"A", ""}, {"B", ""}}).empty());
  CHECK(TitlesWithoutTable(page, "errors", {}).empty());
  CHECK(TitlesWithoutTable("<!-- metrics: A", "metrics", {}) == std::vector<std::string>{"A"});
}

}  // namespace
}  // namespace windlass::page_test
