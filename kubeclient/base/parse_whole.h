// Whole numbers in texts of others, such as annotations.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace windlass {

// `text` as a decimal number; nullopt when it is anything else (a sign '+', blanks, a rest) or out
// of Integer's range.
template <typename Integer>
std::optional<Integer> ParseWhole(std::string_view text) {
  Integer value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

}  // namespace windlass
