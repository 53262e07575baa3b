// A tree as text: complete for a pipe, or cut to the size of a terminal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/console.h"
#include "cmd/kubectl-windlass/tree.h"

namespace windlass::cli {

struct RenderOptions {
  std::optional<TerminalSize> size{};  // nullopt: everything
  bool colour = false;
};

// Returns the lines, without line ends. With a size there are at most height - 1, each of at most
// width characters. Pods that are left out become one line: "… 212 more Running". Healthy Pods are
// left out first.
std::vector<std::string> RenderTree(const Tree& tree, const RenderOptions& options);

// Cuts lines to the terminal's size, "…" at the end of what was cut.
std::vector<std::string> CutToSize(std::vector<std::string> lines, const TerminalSize& size);

}  // namespace windlass::cli
