// A map that forgets what has not been used for longest, once it is full.
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

  // nullptr when absent. Pointers hold until the entry is forgotten or erased.
  Value* Find(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  // Adds or replaces.
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
