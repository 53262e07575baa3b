#include "cmd/kubectl-windlass/table.h"

#include <algorithm>

#include "cmd/kubectl-windlass/cells.h"

namespace windlass::cli {
namespace {

constexpr size_t kGap = 3;        // as in kubectl's tables
constexpr size_t kNarrowGap = 2;  // if, with kGap, the last column would begin past the end
// The last column stands beside the others if it has room for the smallest of these widths:
// kTextLeast cells, half of the whole width, the widest cell of the column. Otherwise the last
// column stands in a line of its own.
constexpr size_t kTextLeast = 40;
// The smallest room for a name, in cells. If the drawn lines of the tree leave less room, these
// lines are left out.
constexpr size_t kNameLeast = 4;

// Appends blanks until the line takes `cells` cells.
void Pad(std::string& line, size_t cells) {
  const size_t used = CellsOf(line);
  if (used < cells) line.append(cells - used, ' ');
}

std::vector<size_t> WidthsOf(const std::vector<TableRow>& rows) {
  std::vector<size_t> widths;
  for (const TableRow& row : rows) {
    if (row.spans) continue;
    widths.resize(std::max(widths.size(), row.cells.size()));
    for (size_t i = 0; i < row.cells.size(); ++i) {
      const size_t lead = i == 0 ? CellsOf(row.lead) : 0;
      widths[i] = std::max(widths[i], lead + CellsOf(row.cells[i]));
    }
  }
  return widths;
}

// Returns where the last column begins if all columns stand in one line.
size_t StartOfLast(const std::vector<size_t>& widths, size_t gap) {
  size_t start = 0;
  for (size_t i = 0; i + 1 < widths.size(); ++i) start += widths[i] + gap;
  return start;
}

}  // namespace

TableLayout::TableLayout(const std::vector<TableRow>& rows, std::optional<size_t> width)
    : width_(width) {
  const std::vector<size_t> widths = WidthsOf(rows);
  size_t rail = 0;
  for (const TableRow& row : rows) rail = std::max(rail, CellsOf(row.rail));
  indent_ = std::min(rail + 2, width_.value_or(0) / 3);
  Place(widths, width_ && StartOfLast(widths, kGap) > *width_ ? kNarrowGap : kGap);
}

void TableLayout::Place(const std::vector<size_t>& widths, size_t gap) {
  size_t next = 0;
  for (size_t i = 0; i < widths.size(); ++i) {
    const bool last = i + 1 == widths.size();
    const size_t needs =
        last && width_ ? std::min({widths[i], kTextLeast, *width_ / 2}) : widths[i];
    const bool fits = !width_ || next + needs <= *width_;
    const bool begins_line = i == 0 || !fits;
    const size_t start = i > 0 && begins_line ? indent_ : next;
    columns_.push_back({start, begins_line});
    narrow_ = narrow_ || (!fits && !last);
    next = start + widths[i] + gap;
  }
}

// Returns what a further line of a row begins with, before its text.
std::string TableLayout::Beginning(const TableRow& row) const {
  std::string line = CellsOf(row.rail) < indent_ ? row.rail : "";
  Pad(line, indent_);
  return line;
}

// Returns the lines of the columns `from` to `to` - 1, which stand beside each other.
std::vector<std::string> TableLayout::PartOf(const TableRow& row, size_t from, size_t to) const {
  std::vector<std::string> lines;
  for (size_t i = from; i < std::min(to, row.cells.size()); ++i) {
    std::string lead = i == 0 ? row.lead : "";
    if (width_ && CellsOf(lead) + kNameLeast > *width_) lead.clear();
    std::vector<std::string> texts = {row.cells[i]};
    if (width_) {
      const auto room = [this](size_t start) { return *width_ > start ? *width_ - start : 1; };
      const size_t start = columns_[i].start + CellsOf(lead);
      texts = Wrap(row.cells[i], room(start), room(i == 0 ? indent_ : start));
    }
    for (size_t k = 0; k < texts.size(); ++k) {
      if (k == lines.size()) lines.push_back(from == 0 && k == 0 ? "" : Beginning(row));
      if (k == 0 || i > 0) Pad(lines[k], columns_[i].start);
      lines[k] += (k == 0 ? lead : "") + texts[k];
    }
  }
  return lines;
}

std::vector<std::string> TableLayout::LinesOf(const TableRow& row) const {
  std::vector<std::string> lines;
  const size_t count = row.spans ? 1 : columns_.size();
  for (size_t from = 0, to = 0; from < count; from = to) {
    for (to = from + 1; to < count && !columns_[to].begins_line;) ++to;
    bool empty = true;
    for (size_t i = from; i < std::min(to, row.cells.size()); ++i) {
      empty = empty && row.cells[i].empty();
    }
    if (from > 0 && empty) continue;
    for (std::string& line : PartOf(row, from, to)) {
      line.erase(line.find_last_not_of(' ') + 1);
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::string TableLayout::Below(const TableRow& row, const std::string& text) const {
  const std::string line = Beginning(row) + text;
  return width_ ? Cut(line, *width_) : line;
}

std::vector<std::string> TableLines(const std::vector<TableRow>& rows,
                                    std::optional<size_t> width) {
  const TableLayout layout(rows, width);
  std::vector<std::string> lines;
  for (const TableRow& row : rows) {
    for (std::string& line : layout.LinesOf(row)) lines.push_back(std::move(line));
  }
  return lines;
}

std::string TableText(const std::vector<std::vector<std::string>>& rows, size_t gap) {
  std::vector<TableRow> printable;
  for (const auto& row : rows) {
    TableRow& cells = printable.emplace_back();
    for (const std::string& cell : row) cells.cells.push_back(Printable(cell));
  }
  const std::vector<size_t> widths = WidthsOf(printable);
  std::string text;
  for (const TableRow& row : printable) {
    for (size_t i = 0; i < row.cells.size(); ++i) {
      text += row.cells[i];
      if (i + 1 < row.cells.size()) text.append(widths[i] - CellsOf(row.cells[i]) + gap, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace windlass::cli
