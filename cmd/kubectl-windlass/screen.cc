#include "cmd/kubectl-windlass/screen.h"

namespace windlass::cli {
namespace {

constexpr const char* kSecondScreen = "\x1b[?1049h";
constexpr const char* kFirstScreen = "\x1b[?1049l";
constexpr const char* kHome = "\x1b[H";
constexpr const char* kClearLine = "\x1b[K";  // from the cursor on
constexpr const char* kClearBelow = "\x1b[J";

}  // namespace

void Screen::Leave() {
  if (drawn_.empty()) return;
  // Clears the second (alternate) screen first. Otherwise a terminal that has only one screen would
  // show the last page twice.
  std::string text = std::string(kHome) + kClearBelow + kFirstScreen;
  for (const std::string& line : drawn_) text += line + '\n';
  drawn_.clear();
  console_.out(text);
}

void Screen::Draw(const std::vector<std::string>& lines, const TerminalSize& size) {
  if (lines == drawn_ && size == size_) return;
  std::string text = drawn_.empty() ? kSecondScreen : "";
  text += kHome;
  // Clears each line before writing it. If it were cleared afterwards, a line of the full width
  // would lose its last character, because the cursor is still on that character.
  for (const std::string& line : lines) text += kClearLine + line + '\n';
  console_.out(text + kClearBelow);
  drawn_ = lines;
  size_ = size;
}

}  // namespace windlass::cli
