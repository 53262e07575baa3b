// Functions for UTF-8 texts in a terminal, whose lines are rows of cells. Most characters take one
// cell, wide characters two, and combining characters none. The texts are not trusted: every user
// of the cluster can write annotations and cause messages of Pods.
// The locale of the process does not matter.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/base/clock.h"

namespace windlass::cli {

// Returns `text` as one line that is safe to write to a terminal:
//   - a control character becomes a blank, because every escape sequence contains a control
//     character
//   - a character that changes the direction of writing becomes a blank
//   - a byte that is not UTF-8 becomes "?"
//   - with `ascii`, "…" becomes "...", a combining character is left out, and any other character
//     that is not ASCII becomes "?"
std::string Printable(std::string_view text, bool ascii = false);

// Returns how many cells the text takes.
size_t CellsOf(std::string_view text);

// Returns the beginning of `text` that fits into `cells` cells. If `cells` is above 0, the result
// contains at least the first character, even if this character is wider than `cells`.
std::string Cut(std::string_view text, size_t cells);

// Breaks `text` into at least one line. The first line has at most `first` cells, later lines at
// most `rest` cells. Lines break between words. Exceptions:
//   - the first word of `text` is split if it is wider than `first`
//   - a later word is split, from the beginning of a new line, if it is wider than `rest`
//   - a character that is wider than a line gets a line for itself
// Example with `first` 12 and `rest` 6: "no such tag: v123456789" becomes "no such tag:", "v12345",
// "6789".
std::vector<std::string> Wrap(std::string_view text, size_t first, size_t rest);

// Returns `age` as kubectl's column AGE shows it. Examples: "45s", "5m30s", "95m", "3h20m", "36h",
// "5d3h", "41d". Returns "0s" for a negative age.
std::string AgeText(seconds age);
// Returns the text for the time from `since` to `now`; "<unknown>" if `since` is nullopt.
std::string AgeText(std::optional<WallTime> since, WallTime now);

}  // namespace windlass::cli
