// How a fuzz target registers with the program, and how it reads its bytes. A property that does
// not hold fails a WL_ASSERT.
#pragma once

#include <string_view>
#include <utility>

namespace windlass::fuzz {

// A *_fuzz.cc defines its Targets at namespace scope: one with the name of the file, or one for
// each of several inputs that are alike. A folder of corpus/ has the name of each Target, and its
// first inputs. The program knows the Targets before main begins.
class Target {
 public:
  using Check = void (*)(std::string_view bytes);

  Target(std::string_view name, Check check);
};

// Returns the first line, and the text after it.
inline std::pair<std::string_view, std::string_view> TwoTexts(std::string_view bytes) {
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return {bytes, {}};
  return {bytes.substr(0, end), bytes.substr(end + 1)};
}

}  // namespace windlass::fuzz
