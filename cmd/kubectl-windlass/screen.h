// Screen: a page that is drawn again and again in a terminal, on the terminal's second screen as
// full-screen programs do. A window that becomes narrower or lower folds or hides lines that are
// drawn already. On the second screen, they never mix with what the terminal showed before. At the
// end, the last page is written to the first screen.
#pragma once

#include <string>
#include <vector>

#include "cmd/kubectl-windlass/console.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

// The shortest time between two drawings: at most five in a second.
inline constexpr Duration kRedrawPause = milliseconds(200);
// Ages and the window change by themselves: without another change, the page is drawn again after
// this time.
inline constexpr Duration kRedrawAtLeast = seconds(1);

class Screen {
 public:
  // `console` must outlive the screen.
  explicit Screen(const Console& console) : console_(console) {}
  ~Screen() { Leave(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Draws the lines: fewer than the terminal has, and none wider than it. `size`: the size of the
  // terminal for which they were made.
  void Draw(const std::vector<std::string>& lines, const TerminalSize& size);
  // Goes back to the first screen. Call it before an error is written: on the second screen the
  // error would vanish.
  void Leave();

 private:
  const Console& console_;
  std::vector<std::string> drawn_;
  TerminalSize size_;
};

}  // namespace windlass::cli
