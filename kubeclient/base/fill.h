// Texts with a "{}" for each name or number. The compiler checks that no argument is missing.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace windlass {

// A Pattern with a wrong number of "{}" calls this function. The function is not constexpr, so such
// a Pattern does not compile.
inline void HasNotOnePlaceForEachPart() {}

// A text with one "{}" for each of `Parts`. With any other number of "{}" it does not compile.
template <typename... Parts>
struct Pattern {
  std::string_view text;

  template <std::convertible_to<std::string_view> Text>
  consteval Pattern(const Text& pattern) : text(pattern) {  // NOLINT: implicit
    size_t places = 0;
    for (size_t i = 0; i + 1 < text.size(); ++i) places += text[i] == '{' && text[i + 1] == '}';
    if (places != sizeof...(Parts)) HasNotOnePlaceForEachPart();
  }
};

// The text that replaces a "{}".
inline std::string PartText(std::string_view text) { return std::string(text); }
inline std::string PartText(std::integral auto number) { return std::to_string(number); }

// Returns the pattern's text with each "{}" replaced by a part. Example: Fill("Scaling {} up to
// {}", "web-2", 3) is "Scaling web-2 up to 3".
template <typename... Parts>
std::string Fill(Pattern<std::type_identity_t<Parts>...> pattern, const Parts&... parts) {
  std::string text;
  for (const std::string& part : std::initializer_list<std::string>{PartText(parts)...}) {
    const size_t place = pattern.text.find("{}");
    text.append(pattern.text.substr(0, place)).append(part);
    pattern.text.remove_prefix(place + 2);
  }
  return text.append(pattern.text);
}

}  // namespace windlass
