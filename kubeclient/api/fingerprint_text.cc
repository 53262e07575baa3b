#include "kubeclient/api/fingerprint_text.h"

#include <charconv>
#include <cstdint>

namespace windlass {
namespace {

constexpr std::string_view kTemplatePrefix = "t-";
constexpr size_t kHalf = 16;  // hexadecimal digits in 64 bits

std::optional<uint64_t> ParseHalf(std::string_view digits) {
  uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

std::string TextOf(const Fingerprint& fingerprint) {
  return std::string(kTemplatePrefix) + HexOf(fingerprint);
}

std::string HexOf(const Fingerprint& fingerprint) {
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string text;
  for (const uint64_t half : {fingerprint.high, fingerprint.low}) {
    for (size_t i = kHalf; i-- > 0;) text += kHexDigits[half >> (4 * i) & 15U];
  }
  return text;
}

std::optional<Fingerprint> ParseFingerprint(std::string_view text) {
  if (!text.starts_with(kTemplatePrefix) || text.size() != kTemplatePrefix.size() + 2 * kHalf) {
    return std::nullopt;
  }
  text.remove_prefix(kTemplatePrefix.size());
  const std::optional<uint64_t> high = ParseHalf(text.substr(0, kHalf));
  const std::optional<uint64_t> low = ParseHalf(text.substr(kHalf));
  if (!high || !low) return std::nullopt;
  return Fingerprint{*high, *low};
}

}  // namespace windlass
