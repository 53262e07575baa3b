#include "kubeclient/api/quantity.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace windlass {
namespace {

constexpr int64_t kNanoExponent = -9;
constexpr std::string_view kBinaryMax = "9223372036854775807";  // 2^63-1

// A number without its sign: digits × 10^exponent × 1024^binary_power. Example: "1.5Ki" has digits
// 15, exponent -1 and binary_power 1. A Number is exact for a text of any length.
struct Number {
  std::string digits;
  int64_t exponent = 0;
  int binary_power = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

Error Refuse(std::string_view text) {
  return {ErrorKind::kInvalid, "\"" + std::string(text.substr(0, 64)) +
                                   "\" is not a quantity such as 100m, 2, 1.5Gi or 1e3"};
}

// Reads "e3", "E-3", "k", … as a decimal exponent and "Ki", … as a power of 1024. Returns true for
// these and for an empty suffix; false for any other.
bool ApplySuffix(std::string_view suffix, Number& number) {
  if (suffix.empty()) return true;
  constexpr std::string_view kBinary = "KMGTPE";
  if (suffix.size() == 2 && suffix[1] == 'i') {
    const size_t at = kBinary.find(suffix[0]);
    number.binary_power = static_cast<int>(at) + 1;
    return at != std::string_view::npos;
  }
  constexpr std::string_view kDecimal = "num kMGTPE";
  if (suffix.size() == 1) {
    const size_t at = kDecimal.find(suffix[0]);
    number.exponent += kNanoExponent + 3 * static_cast<int64_t>(at);
    return at != std::string_view::npos && suffix[0] != ' ';
  }
  if (suffix[0] != 'e' && suffix[0] != 'E') return false;
  suffix.remove_prefix(1);
  if (suffix[0] == '+') {
    suffix.remove_prefix(1);
    if (suffix.empty() || !IsDigit(suffix[0])) return false;
  }
  int32_t exponent = 0;
  const char* const end = suffix.data() + suffix.size();
  const auto parsed = std::from_chars(suffix.data(), end, exponent);
  number.exponent += exponent;
  return parsed.ec == std::errc() && parsed.ptr == end;
}

std::optional<Number> ParseUnsigned(std::string_view text) {
  Number number;
  size_t i = 0;
  while (i < text.size() && IsDigit(text[i])) number.digits += text[i++];
  if (i < text.size() && text[i] == '.') {
    ++i;
    while (i < text.size() && IsDigit(text[i])) {
      number.digits += text[i++];
      --number.exponent;
    }
  }
  if (number.digits.empty() || !ApplySuffix(text.substr(i), number)) return std::nullopt;
  return number;
}

void StripLeadingZeros(std::string& digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
}

void Multiply(std::string& digits, int factor) {
  int carry = 0;
  for (size_t i = digits.size(); i-- > 0;) {
    const int product = (digits[i] - '0') * factor + carry;
    digits[i] = static_cast<char>('0' + product % 10);
    carry = product / 10;
  }
  if (carry > 0) digits.insert(0, std::to_string(carry));
}

// Rounds the number, which has no sign, up to a multiple of 10^-9. So a tiny request stays above 0,
// as in upstream. Example: 0.1n becomes 1n.
void RoundUpToNano(Number& number) {
  if (number.exponent >= kNanoExponent) return;
  const auto excess = static_cast<uint64_t>(kNanoExponent - number.exponent);
  number.exponent = kNanoExponent;
  if (excess >= number.digits.size()) {
    number.digits = "1";
    return;
  }
  const size_t kept = number.digits.size() - static_cast<size_t>(excess);
  const bool exact = number.digits.find_first_not_of('0', kept) == std::string::npos;
  number.digits.erase(kept);
  if (exact) return;
  for (size_t i = kept; i-- > 0;) {
    if (number.digits[i] != '9') {
      ++number.digits[i];
      return;
    }
    number.digits[i] = '0';
  }
  number.digits.insert(0, "1");
}

// Caps the number at 2^63-1, as upstream does for a quantity with a binary suffix. Call this only
// for such a quantity, because the code relies on an exponent of 0 or less.
void CapBinary(Number& number) {
  const auto fraction = static_cast<size_t>(-number.exponent);
  if (number.digits.size() <= fraction) return;
  const size_t whole = number.digits.size() - fraction;
  const bool above =
      whole != kBinaryMax.size() ? whole > kBinaryMax.size() : number.digits > kBinaryMax;
  if (above) number = {std::string(kBinaryMax), 0, 0};
}

}  // namespace

Result<std::string> CanonicalQuantity(std::string_view text) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest[0] == '-';
  if (negative || (!rest.empty() && rest[0] == '+')) rest.remove_prefix(1);
  std::optional<Number> number = ParseUnsigned(rest);
  if (!number) return Refuse(text);

  StripLeadingZeros(number->digits);
  if (number->digits.empty()) return std::string("0");
  const bool binary = number->binary_power > 0;
  for (; number->binary_power > 0; --number->binary_power) Multiply(number->digits, 1024);
  RoundUpToNano(*number);
  if (binary) CapBinary(*number);

  // Equal numbers must get equal texts, so the digits get no trailing zeros. 'e' and the exponent
  // of ten follow the digits, unless the exponent is 0. Example: "1500" becomes "15e2".
  const size_t trailing = number->digits.size() - number->digits.find_last_not_of('0') - 1;
  number->digits.resize(number->digits.size() - trailing);
  number->exponent += static_cast<int64_t>(trailing);
  std::string canonical = (negative ? "-" : "") + number->digits;
  if (number->exponent != 0) canonical += "e" + std::to_string(number->exponent);
  return canonical;
}

}  // namespace windlass
