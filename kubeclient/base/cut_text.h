// Cuts texts that may be too long to keep, log or show, without cutting a UTF-8 character.
#pragma once

#include <cstddef>
#include <string_view>

namespace windlass {

// Returns the first `bytes_max` bytes of `text`, or the whole `text` if it is not longer.
//   - A UTF-8 character is not cut in two, so the result may be up to three bytes shorter. Example:
//     "aä" has three bytes; cut at two it is "a".
//   - If more than three bytes would have to go, `text` is not UTF-8, and the cut is at
//     `bytes_max`.
inline std::string_view CutText(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  constexpr size_t kFollowingBytesMax = 3;
  for (size_t back = 0; back <= kFollowingBytesMax && back <= bytes_max; ++back) {
    const auto byte = static_cast<unsigned char>(text[bytes_max - back]);
    if ((byte & 0xC0U) != 0x80U) return text.substr(0, bytes_max - back);
  }
  return text.substr(0, bytes_max);
}

}  // namespace windlass
