// Fill: puts names and numbers into a text, in place of its "{}". The compiler checks that there
// are as many arguments as "{}".
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace windlass {

// The constructor of a Pattern calls this function if the number of "{}" is wrong. The constructor
// is consteval and this function is not constexpr, so such a Pattern does not compile.
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

// Returns the argument as the text that replaces a "{}".
inline std::string PartText(std::string_view text) { return std::string(text); }
inline std::string PartText(std::integral auto number) { return std::to_string(number); }

// Returns the pattern's text, with the first part in place of the first "{}", and so on. Example:
// Fill("Scaling {} up to {}", "web-2", 3) is "Scaling web-2 up to 3".
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
