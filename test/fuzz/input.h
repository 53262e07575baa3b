// How a fuzz target is told to the program, and how it sees its bytes. A property that does not
// hold is a failed WL_ASSERT.
#pragma once

#include <string_view>
#include <utility>

namespace windlass::fuzz {

// Every *_fuzz.cc defines one at namespace scope, called as the file: the program has it under that
// name before main begins.
class Target {
 public:
  using Check = void (*)(std::string_view bytes);

  Target(std::string_view name, Check check);
};

// The first line, and what comes after it.
inline std::pair<std::string_view, std::string_view> TwoTexts(std::string_view bytes) {
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return {bytes, {}};
  return {bytes.substr(0, end), bytes.substr(end + 1)};
}

}  // namespace windlass::fuzz
