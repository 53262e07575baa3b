#include "test/proves.h"

#include <cctype>
#include <set>
#include <string>

namespace windlass {
namespace {

std::set<std::string>& Proved() {
  static std::set<std::string> proved;
  return proved;
}

bool IsWordByte(char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0; }

}  // namespace

void Proves(std::string_view text) {
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = begin;
    while (end < text.size() && (IsWordByte(text[end]) || text[end] == '-')) ++end;
    const std::string_view word = text.substr(begin, end - begin);
    const size_t dash = word.find('-');
    const bool is_rule = dash != std::string_view::npos && dash > 0 && dash + 1 < word.size() &&
                         std::isupper(static_cast<unsigned char>(word[0])) != 0 &&
                         std::isdigit(static_cast<unsigned char>(word[dash + 1])) != 0;
    if (is_rule) Proved().emplace(word);
    begin = end + 1;
  }
}

}  // namespace windlass
