// Percent-encoding (RFC 3986), mostly of one path segment or one query value in
// HttpRequest::target.
#pragma once

#include <string>
#include <string_view>

namespace windlass {

// Returns `text` with %XX in place of every byte for which `stays` returns false. Encodes UTF-8
// byte by byte: "ä" becomes "%C3%A4".
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

// Encodes every byte except ASCII letters, digits and "-._~", so that `text` cannot end its path
// segment or query value. Example: "a/b c" becomes "a%2Fb%20c".
inline std::string PercentEncode(std::string_view text) {
  return PercentEncodeUnless(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
  });
}

}  // namespace windlass
