#include "kubeclient/config/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

namespace windlass {
namespace {

const std::map<std::string_view, YamlScalar>& Words() {
  static const std::map<std::string_view, YamlScalar> kWords = [] {
    std::map<std::string_view, YamlScalar> words;
    for (const char* word : {"", "~", "null", "Null", "NULL"}) words[word] = nullptr;
    for (const char* word :
         {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"}) {
      words[word] = true;
    }
    for (const char* word :
         {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}) {
      words[word] = false;
    }
    return words;
  }();
  return kWords;
}

template <typename Number>
std::optional<Number> Parse(std::string_view digits, int base) {
  Number number{};
  const char* end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, number, base);
  if (digits.empty() || error != std::errc() || at != end) return std::nullopt;
  return number;
}

// Returns the whole number that `text` spells: digits, perhaps after a sign and a prefix such as
// "0x". Returns nullopt if `text` is not a whole number, or if the number needs more than 64 bits.
std::optional<YamlScalar> WholeNumber(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char kind = text[1];
    base = kind == 'x' || kind == 'X' ? 16 : kind == 'b' || kind == 'B' ? 2 : 8;
    const bool prefixed = base != 8 || kind == 'o' || kind == 'O';
    text.remove_prefix(prefixed ? 2 : 1);
  }
  if (text.empty() || text[0] == '-' || text[0] == '+') return std::nullopt;
  const auto magnitude = Parse<uint64_t>(text, base);
  if (!magnitude) return std::nullopt;
  constexpr auto kMost = static_cast<uint64_t>(INT64_MAX);
  if (!negative && *magnitude > kMost) return YamlScalar(*magnitude);
  if (*magnitude > kMost) {
    return *magnitude == kMost + 1 ? std::optional(YamlScalar(INT64_MIN)) : std::nullopt;
  }
  const auto number = static_cast<int64_t>(*magnitude);
  return YamlScalar(negative ? -number : number);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits at the front of `text`. Returns how many there were.
size_t TakeDigits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, IsDigit);
  const auto count = static_cast<size_t>(end - text.begin());
  text.remove_prefix(count);
  return count;
}

bool TakeOneOf(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text[0]) == characters.npos) return false;
  text.remove_prefix(1);
  return true;
}

// Returns true if `text` is digits, perhaps with a sign, a point and an exponent. The point may be
// before, among or behind the digits.
bool IsFraction(std::string_view text) {
  TakeOneOf(text, "+-");
  size_t digits = TakeDigits(text);
  if (TakeOneOf(text, ".")) digits += TakeDigits(text);
  if (digits == 0) return false;
  if (TakeOneOf(text, "eE")) {
    TakeOneOf(text, "+-");
    if (TakeDigits(text) == 0) return false;
  }
  return text.empty();
}

// Returns the number that `text` spells by the rules of IsFraction; nullopt if it spells none.
// Returns a whole number such as 1e3 as an integer, because JSON would write a double as 1000.0.
std::optional<YamlScalar> Fraction(std::string_view text) {
  constexpr double kWholeMost = 1e15;  // a double holds every whole number below this exactly
  if (!IsFraction(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end) return std::nullopt;
  if (std::abs(number) < kWholeMost && std::trunc(number) == number) {
    return YamlScalar(static_cast<int64_t>(number));
  }
  return YamlScalar(number);
}

}  // namespace

YamlScalar ResolveYamlScalar(const std::string& text) {
  const auto word = Words().find(text);
  if (word != Words().end()) return word->second;
  const char first = text[0];
  if (!IsDigit(first) && first != '-' && first != '+' && first != '.') return text;
  std::string digits = text;
  std::erase(digits, '_');
  if (auto number = WholeNumber(digits)) return *std::move(number);
  if (auto number = Fraction(digits)) return *std::move(number);
  return text;
}

}  // namespace windlass
