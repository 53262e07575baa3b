// LruMap: a map of limited size. Once it is full, it forgets the entry that was used longest ago.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace windlass {

template <typename Value>
class LruMap {
 public:
  explicit LruMap(size_t most) : most_(most) {}

  // Returns the value of `key`, or null if `key` is absent. Counts as a use. The pointer is valid
  // until the map forgets the entry.
  Value* Find(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  // Adds a value or replaces it. Counts as a use.
  Value& Put(const std::string& key, Value value) {
    if (Value* known = Find(key)) return *known = std::move(value);
    if (entries_.size() >= most_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    index_.emplace(key, entries_.begin());
    return entries_.front().second;
  }

  size_t size() const { return entries_.size(); }

 private:
  using Entry = std::pair<std::string, Value>;
  size_t most_;
  std::list<Entry> entries_;  // latest used first
  std::unordered_map<std::string, typename std::list<Entry>::iterator> index_;
};

}  // namespace windlass
