// Screen: a page that is drawn again and again on a terminal's second screen, as full-screen
// programs do. When a window becomes narrower or lower, the terminal wraps or hides drawn lines. On
// the second screen, these do not mix with earlier output. At the end, the last page is written to
// the first screen.
#pragma once

#include <string>
#include <vector>

#include "cmd/kubectl-windlass/console.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

// The shortest time between two drawings: at most five in a second.
inline constexpr Duration kRedrawPause = milliseconds(200);
// The longest time between two drawings. The page is drawn again even if no object changes, because
// the ages on it and the size of the window change.
inline constexpr Duration kRedrawAtLeast = seconds(1);

class Screen {
 public:
  // `console` must outlive the screen.
  explicit Screen(const Console& console) : console_(console) {}
  ~Screen() { Leave(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Draws `lines`, which must be fewer than the lines of the terminal, and none wider than the
  // terminal. `size` is the size of the terminal for which `lines` were made.
  void Draw(const std::vector<std::string>& lines, const TerminalSize& size);
  // Goes back from the second (alternate) screen to the first. Call it before an error is written:
  // on the second screen the error would vanish.
  void Leave();

 private:
  const Console& console_;
  std::vector<std::string> drawn_;
  TerminalSize size_;
};

}  // namespace windlass::cli
