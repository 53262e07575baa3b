// Labels or annotations: a small sorted vector of pairs of Symbols; and the limit on the total size
// of one object's annotations.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "kubeclient/api/symbol.h"

namespace windlass {

class StringMap {
 public:
  using Pair = std::pair<Symbol, Symbol>;

  StringMap() = default;
  StringMap(std::initializer_list<Pair> pairs);

  // Returns the value of `key`; nullopt if the map lacks `key`. The view is valid until the value
  // is replaced or erased.
  std::optional<std::string_view> Find(std::string_view key) const;
  bool Has(std::string_view key) const { return Find(key).has_value(); }
  void Set(Symbol key, Symbol value);
  void Erase(std::string_view key);

  bool empty() const { return pairs_.empty(); }
  size_t size() const { return pairs_.size(); }
  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }
  void Reserve(size_t n) { pairs_.reserve(n); }
  void ShrinkToFit() { pairs_.shrink_to_fit(); }
  // Returns how many bytes of memory the pairs take, without their texts.
  size_t bytes() const { return pairs_.capacity() * sizeof(Pair); }
  // Returns how many bytes the texts of the keys and values take, as if no other object shared the
  // values. Adds SymbolTable::kBytesOfEntry once for each pair: 150 for {app: web} (3 + 3 + 144).
  size_t text_bytes() const;

  bool operator==(const StringMap&) const = default;

 private:
  std::vector<Pair> pairs_;  // sorted by key, keys unique
};

// The most bytes of keys and values together that the API server accepts for the annotations of one
// object.
inline constexpr size_t kAnnotationBytesMax = size_t{256} << 10U;

// Returns how many bytes the API server counts for `annotations`, a map or StringMap.
template <typename Annotations>
size_t AnnotationBytes(const Annotations& annotations) {
  size_t bytes = 0;
  for (const auto& [key, value] : annotations) {
    bytes += std::string_view(key).size() + std::string_view(value).size();
  }
  return bytes;
}

}  // namespace windlass
