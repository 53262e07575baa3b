#include "cmd/kubectl-windlass/screen.h"

namespace windlass::cli {

void Screen::Draw(const std::vector<std::string>& lines) {
  if (lines == drawn_) return;
  std::string text;
  // Up to the first line that was drawn, then clear to the end of the screen.
  if (!drawn_.empty()) text = "\x1b[" + std::to_string(drawn_.size()) + "A\x1b[J";
  for (const std::string& line : lines) text += line + '\n';
  console_.out(text);
  drawn_ = lines;
}

}  // namespace windlass::cli
