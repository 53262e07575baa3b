// Words of users: read, and repeated in messages.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace windlass::in_place {

// Whether `text` is `word`, in whatever case it is written.
inline bool IsWord(std::string_view text, std::string_view word) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(text, word, {}, lower, lower);
}

// In quotes, and cut where nobody would read on.
inline std::string Quoted(std::string_view text) {
  constexpr size_t kBytesMax = 64;
  return '"' + std::string(text.substr(0, kBytesMax)) + '"';
}

}  // namespace windlass::in_place
