// A tree as text: complete for a pipe, wrapped for a terminal, and cut to a terminal's height where
// it is drawn again and again.
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
  bool ascii = false;  // draws the tree as |, `- and +-; what others wrote is ASCII in a terminal

  // Returns true if what others wrote has to be ASCII, too.
  bool ascii_texts() const { return ascii && width.has_value(); }
};

// Returns the lines, without line ends. With a width, no line takes more cells than that. With a
// height, there are at most height - 1 lines:
//   - Pods that are left out become one line; available ones are left out first: "… 212 more
//     Running"
//   - old ReplicaSets without Pods become one line
//   - RESTARTS, AGE and NODE are left out if columns do not fit the width, either
//   - a reason takes at most half of the height, so that one Pod does not push out all others
std::vector<std::string> RenderTree(const Tree& tree, const RenderOptions& options);

// Leaves out lines that do not fit the height, and says how many: "… 12 more lines".
std::vector<std::string> CutToHeight(std::vector<std::string> lines, const RenderOptions& options);

}  // namespace windlass::cli
