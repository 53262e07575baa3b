// Parses whole numbers in texts of users and other clients, for example annotation values.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace windlass {

// Returns the decimal number that `text` spells from its first to its last character. If Integer is
// signed, `text` may begin with '-'. Returns nullopt for:
//   - a text that is empty, or has a character other than that '-' and digits: "", "+5", " 5", "5s"
//   - a number outside Integer's range
template <typename Integer>
std::optional<Integer> ParseWhole(std::string_view text) {
  Integer value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

}  // namespace windlass
