// Percent-encoding (RFC 3986), above all of one path segment or one query value of
// HttpRequest::target.
#pragma once

#include <string>
#include <string_view>

namespace windlass {

// Every character that `stays` says no to becomes %XX. Bytes of UTF-8 are encoded one by one.
template <typename Stays>
std::string PercentEncodeUnless(std::string_view text, Stays stays) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (stays(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kHex[byte >> 4U];
    encoded += kHex[byte & 0x0FU];
  }
  return encoded;
}

// All but ASCII letters, digits and "-._~" is encoded, so no text can break out of its segment or
// value.
inline std::string PercentEncode(std::string_view text) {
  return PercentEncodeUnless(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
  });
}

}  // namespace windlass
