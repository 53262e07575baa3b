// Table: rows of columns that are as wide as their widest cell, three blanks apart, as kubectl's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace windlass::cli {

// Returns how many characters a terminal shows for UTF-8 text. Every character counts as one.
size_t WidthOf(std::string_view text);

// Returns the rows as lines, each with a line end. The last cell of a row is not padded.
std::string TableText(const std::vector<std::vector<std::string>>& rows, size_t gap = 3);

// The same as lines, without line ends and without blanks at their ends.
std::vector<std::string> TableLines(const std::vector<std::vector<std::string>>& rows);

}  // namespace windlass::cli
