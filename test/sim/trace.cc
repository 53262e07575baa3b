#include "test/sim/trace.h"

namespace windlass::sim {

void Trace::Note(std::string_view what, std::string_view detail) {
  if (!on_) return;
  const std::string time = std::to_string(clock_.Now().since_start.count() / 1000) + " us ";
  Mix(time);
  Mix(what);
  Mix(" ");
  Mix(detail);
  Mix("\n");
  ++size_;
  if (on_fact) on_fact(time + std::string(what) + " " + std::string(detail));
  lines_.push_back(time + std::string(what) + " " + std::string(detail.substr(0, kLineBytesKept)));
  if (lines_.size() > kLinesKept) lines_.pop_front();
}

std::string Trace::LastLines() const {
  std::string text;
  for (const std::string& line : lines_) text.append(line).append("\n");
  return text;
}

void Trace::Mix(std::string_view bytes) {
  for (const char byte : bytes) {
    hash_ ^= static_cast<unsigned char>(byte);
    hash_ *= 1099511628211ULL;
  }
}

}  // namespace windlass::sim
