#include "kubeclient/api/container_id.h"

namespace windlass {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

ContainerId ContainerId::Parse(std::string_view text, SymbolTable& symbols) {
  ContainerId whole;
  whole.text_ = Symbol(text);  // not interned: no other container has this id
  if (text.size() < 2 * kBytes) return whole;

  ContainerId id;
  const std::string_view digits = text.substr(text.size() - 2 * kBytes);
  for (size_t i = 0; i < digits.size(); ++i) {
    const size_t value = kHexDigits.find(digits[i]);
    if (value == std::string_view::npos) return whole;
    id.digits_[i / 2] = static_cast<uint8_t>(id.digits_[i / 2] << 4U | value);
  }
  if (id.IsText()) return whole;
  id.text_ = symbols.Intern(text.substr(0, text.size() - digits.size()));
  return id;
}

std::string ContainerId::ToString() const {
  std::string text(text_.text());
  if (IsText()) return text;
  for (const uint8_t byte : digits_) {
    text += kHexDigits[byte >> 4U];
    text += kHexDigits[byte & 15U];
  }
  return text;
}

}  // namespace windlass
