// Table: rows of columns. A column is as wide as its widest cell, as in kubectl's tables. In a
// terminal, what does not fit a line stands in further lines below.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace windlass::cli {

struct TableRow {
  std::vector<std::string> cells;  // one line each (Printable)
  std::string lead{};              // drawn before the first cell: "│  ├─ "
  std::string rail{};              // drawn before each further line of the row: "│  │"
  bool spans = false;              // has one cell, which does not make the first column wider
};

// Where the columns of a table stand. Without a width, each row is one line. With the width of a
// terminal:
//   - a cell of the last column that does not fit goes on in further lines, below its beginning
//   - columns that do not fit stand in a line of their own, indented below the first column
//   - the last column also stands in a line of its own if too little room is left beside the others
//   - no cell is cut
// Example in a terminal that is 40 cells wide:
//   NAME           STATUS       READY
//         WHY
//   └─ web-1-b     Running      0/1
//         app: runs, and its readiness probe
//         does not succeed
class TableLayout {
 public:
  TableLayout(const std::vector<TableRow>& rows, std::optional<size_t> width);

  // Returns the lines of a row, without blanks at their ends.
  std::vector<std::string> LinesOf(const TableRow& row) const;
  // Returns true if columns before the last one do not fit a line.
  bool is_narrow() const { return narrow_; }
  // Returns `text` as a further line of the row, cut to the width.
  std::string Below(const TableRow& row, const std::string& text) const;

 private:
  struct Column {
    size_t start = 0;
    bool begins_line = false;
  };

  void Place(const std::vector<size_t>& widths, size_t gap);
  std::vector<std::string> PartOf(const TableRow& row, size_t from, size_t to) const;
  std::string Beginning(const TableRow& row) const;

  std::optional<size_t> width_;
  size_t indent_ = 0;
  bool narrow_ = false;
  std::vector<Column> columns_;
};

// Returns all rows as lines.
std::vector<std::string> TableLines(const std::vector<TableRow>& rows,
                                    std::optional<size_t> width = {});

// Returns the rows as lines, each with a line end, for programs that read kubectl's tables. All
// cells of a row except the last are padded, even empty ones.
std::string TableText(const std::vector<std::vector<std::string>>& rows, size_t gap);

}  // namespace windlass::cli
