#include "kubeclient/transport/http_header.h"

#include <algorithm>

#include "kubeclient/transport/target.h"

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
  return PercentEncodeUnless(text, [](char c) { return IsTokenCharacter(c) && c != '%'; });
}

}  // namespace windlass
