#include "kubeclient/api/string_map.h"

#include <algorithm>

namespace windlass {
namespace {

bool KeyLess(const StringMap::Pair& pair, std::string_view key) { return pair.first.text() < key; }

}  // namespace

StringMap::StringMap(std::initializer_list<Pair> pairs) {
  pairs_.reserve(pairs.size());
  for (const Pair& pair : pairs) Set(pair.first, pair.second);
}

std::optional<std::string_view> StringMap::Find(std::string_view key) const {
  const auto at = std::lower_bound(pairs_.begin(), pairs_.end(), key, KeyLess);
  if (at == pairs_.end() || at->first.text() != key) return std::nullopt;
  return at->second.text();
}

void StringMap::Set(Symbol key, Symbol value) {
  // The end is tried first: decoding usually appends there, because the API server sends maps
  // sorted by key.
  auto at = pairs_.end();
  if (!pairs_.empty() && !(pairs_.back().first < key)) {
    at = std::lower_bound(pairs_.begin(), pairs_.end(), key.text(), KeyLess);
  }
  if (at != pairs_.end() && at->first == key) {
    at->second = std::move(value);
  } else {
    pairs_.emplace(at, std::move(key), std::move(value));
  }
}

void StringMap::Erase(std::string_view key) {
  const auto at = std::lower_bound(pairs_.begin(), pairs_.end(), key, KeyLess);
  if (at != pairs_.end() && at->first.text() == key) pairs_.erase(at);
}

size_t StringMap::text_bytes() const {
  size_t bytes = 0;
  for (const auto& [key, value] : pairs_) {
    bytes += key.text().size() + value.text().size() + SymbolTable::kBytesOfEntry;
  }
  return bytes;
}

}  // namespace windlass
