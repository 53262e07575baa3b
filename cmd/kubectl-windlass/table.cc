#include "cmd/kubectl-windlass/table.h"

#include <algorithm>

namespace windlass::cli {

size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string TableText(const std::vector<std::vector<std::string>>& rows, size_t gap) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], WidthOf(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - WidthOf(row[i]) + gap, ' ');
    }
    text += '\n';
  }
  return text;
}

std::vector<std::string> TableLines(const std::vector<std::vector<std::string>>& rows) {
  const std::string text = TableText(rows);
  std::vector<std::string> lines;
  size_t from = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
    std::string line = text.substr(from, end - from);
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
    from = end + 1;
  }
  return lines;
}

}  // namespace windlass::cli
