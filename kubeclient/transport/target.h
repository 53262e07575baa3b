// Percent-encoding (RFC 3986) of one path segment or one query value of HttpRequest::target.
#pragma once

#include <string>
#include <string_view>

namespace windlass {

// Everything except ASCII letters, digits and "-._~" becomes %XX, so no text can break out of its
// segment or value. Bytes of UTF-8 are encoded one by one.
inline std::string PercentEncode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
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

}  // namespace windlass
