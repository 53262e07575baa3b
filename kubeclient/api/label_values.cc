#include "kubeclient/api/label_values.h"

#include <algorithm>
#include <utility>

namespace windlass {
namespace {

// Up to this many values are compared one by one, without a sorted copy.
constexpr size_t kFew = 8;

constexpr size_t kValueBytesMax = 63;

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool IsLabelValue(std::string_view text) {
  if (text.empty()) return true;
  return text.size() <= kValueBytesMax && IsAlphanumeric(text.front()) &&
         IsAlphanumeric(text.back()) && std::ranges::all_of(text, [](char c) {
           return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

LabelValues::LabelValues(std::vector<Symbol> values) : written_(std::move(values)) {
  written_.shrink_to_fit();
  if (written_.size() <= kFew || std::ranges::is_sorted(written_, {}, &Symbol::text)) return;
  sorted_ = written_;
  std::ranges::sort(sorted_, {}, &Symbol::text);
  const auto repeated = std::ranges::unique(sorted_);
  sorted_.erase(repeated.begin(), repeated.end());
  sorted_.shrink_to_fit();
}

bool LabelValues::Contains(std::string_view value) const {
  if (written_.size() <= kFew) {
    return std::ranges::find(written_, value, &Symbol::text) != written_.end();
  }
  const std::vector<Symbol>& in_order = sorted_.empty() ? written_ : sorted_;
  return std::ranges::binary_search(in_order, value, {}, &Symbol::text);
}

size_t LabelValues::text_bytes() const {
  size_t bytes = 0;
  for (const Symbol& value : written_) bytes += value.text().size() + SymbolTable::kBytesOfEntry;
  return bytes;
}

}  // namespace windlass
