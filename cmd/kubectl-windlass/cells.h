// How many cells of a terminal's line a text takes, and how a text is broken into lines of a given
// width. Texts are UTF-8, and come from tenants: messages of Pods, annotations. Most characters
// take one cell, wide ones two, and combining ones none. The locale of the process does not matter.
// AgeText returns the text of column AGE.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/base/clock.h"

namespace windlass::cli {

// Returns `text` as one line that is safe to write to a terminal:
//   - a control character becomes a blank, because every escape sequence contains one
//   - a character that changes the direction of writing becomes a blank
//   - a byte that is not UTF-8 becomes "?"
//   - with `ascii`, "…" becomes "...", a combining character is left out, and any other character
//     that is not ASCII becomes "?"
std::string Printable(std::string_view text, bool ascii = false);

// Returns how many cells the text takes.
size_t CellsOf(std::string_view text);

// Returns the beginning of `text` that takes at most `cells` cells. If `cells` is above 0, the
// first character is returned in any case, even if it is wider.
std::string Cut(std::string_view text, size_t cells);

// Breaks `text` into lines, at least one. The first line takes at most `first` cells, every further
// line at most `rest` cells. Exception: a character that is wider gets a line of its own. A word
// that fits a line is kept whole. Exception: a first word wider than `first` is split, even if it
// fits `rest`. Example with `first` 12 and `rest` 6: "no such tag: v123456789" becomes
// "no such tag:", "v12345", "6789".
std::vector<std::string> Wrap(std::string_view text, size_t first, size_t rest);

// Returns how long ago something was, as kubectl's column AGE writes it. Examples: "45s", "5m30s",
// "95m", "3h20m", "36h", "5d3h", "41d". Never negative.
std::string AgeText(seconds age);
// Returns "<unknown>" for a time that is not known.
std::string AgeText(std::optional<WallTime> since, WallTime now);

}  // namespace windlass::cli
