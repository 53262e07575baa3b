// Reads words that users write in annotations, and quotes them in messages.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace windlass::in_place {

// Returns true if `text` is `word`; upper and lower case are the same.
inline bool IsWord(std::string_view text, std::string_view word) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::ranges::equal(text, word, {}, lower, lower);
}

// Returns the first 64 bytes of `text`, in quotes.
inline std::string Quoted(std::string_view text) {
  constexpr size_t kBytesMax = 64;
  return '"' + std::string(text.substr(0, kBytesMax)) + '"';
}

}  // namespace windlass::in_place
