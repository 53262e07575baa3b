// A tree as text: complete for a pipe, wrapped for a terminal, and cut to the terminal's height for
// a page that is drawn again and again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/tree.h"

namespace windlass::cli {

struct RenderOptions {
  std::optional<size_t> width{};   // of the terminal; nullopt: a pipe, where no line is wrapped
  std::optional<size_t> height{};  // of the terminal; nullopt: nothing is left out
  bool colour = false;
  bool ascii = false;  // draws the tree as |, `- and +-

  // Returns true if texts from objects are limited to ASCII, like the lines of the tree. Returns
  // false for a pipe, which has no `width`.
  bool ascii_texts() const { return ascii && width.has_value(); }
};

// Returns the lines, without line ends. With a width, no line takes more cells than the width. With
// a height:
//   - there are at most 23 lines for a height of 24; at most 2 for a height below 3
//   - spare ReplicaSets (tree.h) without Pods become one line
//   - a row takes at most half of the height, so that one Pod does not push out all others
//   - RESTARTS, AGE and NODE are left out if the columns before WHY do not fit the width, and the
//     wrapped tree does not fit the height
//   - Pods that do not fit become one line in each branch: "… 212 more Running". Available Pods are
//     left out first
std::vector<std::string> RenderTree(const Tree& tree, const RenderOptions& options);

// Leaves out lines that do not fit the height. The last line then says how many: "… 12 more lines".
std::vector<std::string> CutToHeight(std::vector<std::string> lines, const RenderOptions& options);

}  // namespace windlass::cli
