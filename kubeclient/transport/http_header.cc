#include "kubeclient/transport/http_header.h"

#include <algorithm>

namespace windlass {
namespace {

bool IsTokenCharacter(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return letter || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
}

}  // namespace

bool IsHeaderValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool IsHeaderName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

std::string EscapeHeaderName(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string name;
  for (const char c : text) {
    if (IsTokenCharacter(c) && c != '%') {
      name += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    name += '%';
    name += kHex[byte >> 4U];
    name += kHex[byte & 0x0FU];
  }
  return name;
}

}  // namespace windlass
