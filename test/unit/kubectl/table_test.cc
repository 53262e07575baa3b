// Table: columns in a pipe, and in terminals of every width.
#include "cmd/kubectl-windlass/table.h"

#include <cctype>

#include "cmd/kubectl-windlass/cells.h"
#include "test/catch.h"

namespace windlass::cli::table_test {
namespace {

using Lines = std::vector<std::string>;

const std::vector<TableRow> kRows = {
    {{"NAME", "STATUS", "READY", "WHY"}},
    {{"web", "Stalled", "0/1"}, "", "│"},
    {{"web-1", "revision 1", "0/1", "new"}, "└─ ", "   │"},
    {{"web-1-b", "ErrImagePull", "0/1", "app: ErrImagePull: there is no tag v2 of that image"},
     "   └─ ",
     "   "},
};

TEST_CASE("In a pipe each row is one line") {
  CHECK(TableLines(kRows) == Lines{"NAME            STATUS         READY   WHY",
                                   "web             Stalled        0/1",
                                   "└─ web-1        revision 1     0/1     new",
                                   "   └─ web-1-b   ErrImagePull   0/1     app: ErrImagePull: "
                                   "there is no tag v2 of that image"});
}

TEST_CASE("The last column goes on below its beginning") {
  CHECK(TableLines(kRows, 80) ==
        Lines{"NAME            STATUS         READY   WHY", "web             Stalled        0/1",
              "└─ web-1        revision 1     0/1     new",
              "   └─ web-1-b   ErrImagePull   0/1     app: ErrImagePull: there is no tag v2 of",
              "                                       that image"});
}

TEST_CASE("A column that begins too far right stands in a line of its own, along the tree") {
  std::vector<TableRow> rows = kRows;
  rows.push_back(rows.back());
  rows[3].lead = "   ├─ ";
  rows[3].rail = "   │";
  CHECK(TableLines(rows, 50) ==
        Lines{"NAME            STATUS         READY", "      WHY",
              "web             Stalled        0/1", "└─ web-1        revision 1     0/1",
              "   │  new", "   ├─ web-1-b   ErrImagePull   0/1",
              "   │  app: ErrImagePull: there is no tag v2 of", "   │  that image",
              "   └─ web-1-b   ErrImagePull   0/1",
              "      app: ErrImagePull: there is no tag v2 of", "      that image"});
}

TEST_CASE("In a narrow window every column that does not fit gets a line, and no cell is cut") {
  CHECK(TableLines({kRows[0], kRows[3]}, 20) ==
        Lines{"NAME", "     STATUS", "     READY", "     WHY",  //
              "   └─ web-1-b", "     ErrImagePull", "     0/1", "     app:", "     ErrImagePull:",
              "     there is no tag", "     v2 of that", "     image"});
}

TEST_CASE("A name that is longer than the window goes on below") {
  const TableRow row{{"web-567948c96d-9qn9q", "Running"}, "│  ├─ ", "│  │"};
  CHECK(TableLines({row}, 20) == Lines{"│  ├─ web-567948c96d", "│  │  -9qn9q", "│  │  Running"});
}

TEST_CASE("A row that spans the table makes no column wider") {
  const TableRow more{{"… 5 more: 3 Running, 2 Pending"}, "└─ ", "", /*spans=*/true};
  const Lines lines = TableLines({kRows[0], kRows[1], more}, 80);
  CHECK(lines[0] == "NAME   STATUS    READY   WHY");
  CHECK(lines[2] == "└─ … 5 more: 3 Running, 2 Pending");
}

TEST_CASE("Wide characters keep their columns, and those of a table for programs, too") {
  CHECK(TableLines({{{"日本", "x"}}, {{"abc", "x"}}}) == Lines{"日本   x", "abc    x"});
  CHECK(TableText({{"日本", "x"}, {"a\nb", "x"}}, 2) == "日本  x\na b   x\n");
}

TEST_CASE("At every width all words are there, and no line is longer") {
  const auto words = [](const Lines& lines) {
    std::string all;
    for (const std::string& line : lines) {
      for (const char c : line) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) all += c;
      }
    }
    return all;
  };
  const std::string wanted = words(TableLines(kRows));
  for (size_t width = 2; width <= 120; ++width) {
    CAPTURE(width);
    const Lines lines = TableLines(kRows, width);
    for (const std::string& line : lines) CHECK(CellsOf(line) <= width);
    CHECK(words(lines) == wanted);
  }
}

}  // namespace
}  // namespace windlass::cli::table_test
