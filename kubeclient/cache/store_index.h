// StoreIndex: finds the objects of a Store by keys that a function reads from each object, such as
// Pods by their node. Store::AddIndex makes one and keeps it up to date.
#pragma once

#include <concepts>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "kubeclient/api/object_meta.h"

namespace windlass {

// An object and its place in the store. The place stays the same when a new version replaces the
// object. So an index has nothing to do if the new version has the same keys.
template <typename T>
using StoreEntry = std::pair<const ObjectKey, std::unique_ptr<T>>;

template <typename T>
class AnyStoreIndex {
 public:
  AnyStoreIndex() = default;
  virtual ~AnyStoreIndex() = default;
  AnyStoreIndex(const AnyStoreIndex&) = delete;
  AnyStoreIndex& operator=(const AnyStoreIndex&) = delete;

  virtual void Add(const StoreEntry<T>& entry) = 0;
  virtual void Remove(const StoreEntry<T>& entry) = 0;
  // Call after the object of `entry` has replaced `former`.
  virtual void Replace(const StoreEntry<T>& entry, const T& former) = 0;
  // Returns about how many bytes of memory the index takes.
  virtual size_t bytes() const = 0;
};

// About how many bytes an index takes for one object under one key: a tree node for the object, and
// a share of the tree node for the key.
inline constexpr size_t kIndexBytesPerKey = 50;

template <typename T, typename Key>
class StoreIndex : public AnyStoreIndex<T> {
  static_assert(!std::same_as<Key, std::string_view>, "the key outlives the object: use a Symbol");

 public:
  // Returns the objects that have this key, in order of namespace and name.
  std::vector<const T*> Find(const Key& key) const {
    std::vector<const T*> objects;
    const auto found = entries_.find(key);
    if (found == entries_.end()) return objects;
    objects.reserve(found->second.size());
    for (const StoreEntry<T>* entry : found->second) objects.push_back(entry->second.get());
    return objects;
  }
  size_t bytes() const override { return size_ * kIndexBytesPerKey; }

 protected:
  void Put(const Key& key, const StoreEntry<T>& entry) {
    if (entries_[key].insert(&entry).second) ++size_;
  }
  void Drop(const Key& key, const StoreEntry<T>& entry) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;  // dropped already: the function named the key twice
    size_ -= found->second.erase(&entry);
    if (found->second.empty()) entries_.erase(found);  // nodes and owners come and go
  }

 private:
  // By namespace and name, never by address: the order must not depend on the allocator.
  struct ByName {
    bool operator()(const StoreEntry<T>* a, const StoreEntry<T>* b) const {
      return a->first < b->first;
    }
  };
  std::map<Key, std::set<const StoreEntry<T>*, ByName>> entries_;
  size_t size_ = 0;
};

// AsKeys turns what an index function returned into a range of keys. The first overload takes an
// optional key, the second a range.
template <typename Key>
std::span<const Key> AsKeys(const std::optional<Key>& key) {
  return key ? std::span<const Key>(&*key, 1) : std::span<const Key>();
}
template <std::ranges::range Keys>
std::ranges::ref_view<const Keys> AsKeys(const Keys& keys) {
  return std::ranges::ref_view<const Keys>(keys);
}
template <typename Keys>
using KeyOfKeys =
    std::remove_cvref_t<decltype(*std::ranges::begin(AsKeys(std::declval<const Keys&>())))>;

// Finds objects by the keys that `keys_of` returns for them. `Keys` is the return type of
// `keys_of`.
template <typename T, typename Keys>
class FunctionIndex final : public StoreIndex<T, KeyOfKeys<Keys>> {
 public:
  using Function = Keys (*)(const T&);
  explicit FunctionIndex(Function keys_of) : keys_of_(keys_of) {}

  Function function() const { return keys_of_; }
  void Add(const StoreEntry<T>& entry) override { PutAll(keys_of_(*entry.second), entry); }
  void Remove(const StoreEntry<T>& entry) override { DropAll(keys_of_(*entry.second), entry); }
  void Replace(const StoreEntry<T>& entry, const T& former) override {
    const Keys before = keys_of_(former);
    const Keys now = keys_of_(*entry.second);
    if (before == now) return;
    DropAll(before, entry);
    PutAll(now, entry);
  }

 private:
  void PutAll(const Keys& keys, const StoreEntry<T>& entry) {
    for (const auto& key : AsKeys(keys)) this->Put(key, entry);
  }
  void DropAll(const Keys& keys, const StoreEntry<T>& entry) {
    for (const auto& key : AsKeys(keys)) this->Drop(key, entry);
  }

  const Function keys_of_;
};

}  // namespace windlass
