// How a fuzz target sees its bytes. A property that does not hold is a failed WL_ASSERT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

// Defined by every target; called by libFuzzer, or by driver.cc. Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace windlass::fuzz {

inline std::string_view Text(const uint8_t* data, size_t size) {
  return size == 0 ? std::string_view()
                   : std::string_view(reinterpret_cast<const char*>(data), size);
}

// The first line, and what comes after it.
inline std::pair<std::string_view, std::string_view> TwoTexts(const uint8_t* data, size_t size) {
  const std::string_view text = Text(data, size);
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return {text, {}};
  return {text.substr(0, end), text.substr(end + 1)};
}

}  // namespace windlass::fuzz
