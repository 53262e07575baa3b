#include "kubeclient/transport/base64.h"

#include <cstdint>

namespace windlass {
namespace {

int Base64Value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t j = i; j < i + 3; ++j) {
      group = (group << 8U) | (j < bytes.size() ? static_cast<uint8_t>(bytes[j]) : 0U);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += i + j > bytes.size() ? '=' : kAlphabet[(group >> (18U - 6U * j)) & 63U];
    }
  }
  return text;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string bytes;
  uint32_t bits = 0;
  int held = 0;  // characters read in the present group of four
  int padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    const int value = c == '=' ? 0 : Base64Value(c);
    if (value < 0 || (padding > 0 && c != '=')) return std::nullopt;
    if (c == '=') ++padding;
    bits = (bits << 6U) | static_cast<uint32_t>(value);
    if (++held < 4) continue;
    if (padding > 2) return std::nullopt;
    for (int i = 0; i < 3 - padding; ++i) {
      bytes += static_cast<char>((bits >> (16U - 8U * static_cast<uint32_t>(i))) & 0xFFU);
    }
    bits = 0;
    held = 0;
  }
  if (held != 0) return std::nullopt;
  return bytes;
}

}  // namespace windlass
