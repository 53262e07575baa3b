// Screen: lines that are drawn again in place in a terminal.
#pragma once

#include <string>
#include <vector>

#include "cmd/kubectl-windlass/console.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

// The shortest time between two drawings: at most five in a second.
inline constexpr Duration kRedrawPause = milliseconds(200);
// Ages change by themselves: without a change, the screen is drawn again after this time.
inline constexpr Duration kRedrawAtLeast = seconds(1);

class Screen {
 public:
  explicit Screen(const Console& console) : console_(console) {}

  // Draws the lines over those that were drawn last.
  void Draw(const std::vector<std::string>& lines);

 private:
  const Console& console_;
  std::vector<std::string> drawn_;
};

}  // namespace windlass::cli
