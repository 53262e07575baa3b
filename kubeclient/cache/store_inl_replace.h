// Implementation of store.h: a complete list replaces what the store holds, in slices.
#pragma once

#include <utility>

#include "kubeclient/base/assert.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// AddBytes adds the size of a list entry's object to `bytes`, RemoveBytes subtracts it. The entry
// itself is not counted, because it exists only briefly.
template <typename T>
void AddBytes(const Listed<T>& listed, CacheBytes& bytes) {
  if (listed.object != nullptr) bytes.Add(SizeOf(*listed.object), 0);
}
template <typename T>
void RemoveBytes(const Listed<T>& listed, CacheBytes& bytes) {
  if (listed.object != nullptr) bytes.Remove(SizeOf(*listed.object), 0);
}

template <typename T>
Listed<T> Store<T>::ToList(T object) const {
  Listed<T> listed{object.meta.uid, object.meta.resource_version, nullptr};
  const T* held = FindByUid(KeyOf(object.meta), listed.uid);
  if (held == nullptr || !IsWhole(held->meta, listed.version)) {
    listed.object = std::make_unique<T>(std::move(object));
  }
  return listed;
}

template <typename T>
bool Store<T>::ReplaceSome(Replacement<T>& rest, size_t most) {
  WL_ASSERT(!notifying_);
  if (!rest.after) {
    Confirm(rest.listing, rest.version);
    Advance(rest.version);  // a late reply must not bring back what the list lacks
  }
  std::vector<Made> gone;
  std::vector<Made> put;
  auto held = rest.after ? objects_.upper_bound(*rest.after) : objects_.begin();
  const auto is_done = [&] { return held == objects_.end() && rest.listing.empty(); };
  for (; most > 0 && !is_done(); --most) {
    const auto listed = rest.listing.begin();
    const bool comes_held =
        listed == rest.listing.end() || (held != objects_.end() && !(listed->first < held->first));
    const bool comes_listed =
        listed != rest.listing.end() && (held == objects_.end() || !(held->first < listed->first));
    rest.after = comes_held ? held->first : listed->first;
    typename Listing<T>::node_type entry;
    if (comes_listed) {
      RemoveBytes(listed->second, rest.bytes);
      entry = rest.listing.extract(listed);
    }
    ReplaceOne(comes_held ? held++ : objects_.end(), std::move(entry), rest.version, gone, put);
  }
  const bool done = is_done();
  Tell(gone, put);
  return done;
}

template <typename T>
void Store<T>::ReplaceOf(const ObjectKey& key, Replacement<T>& rest) {
  WL_ASSERT(!notifying_);
  if (!IsToCome(key, rest)) return;
  typename Listing<T>::node_type entry = rest.listing.extract(key);
  if (entry) {
    RemoveBytes(entry.mapped(), rest.bytes);
    rest.listing.emplace(key, Listed<T>{entry.mapped().uid, entry.mapped().version, nullptr});
  }
  std::vector<Made> gone;
  std::vector<Made> put;
  ReplaceOne(objects_.find(key), std::move(entry), rest.version, gone, put);
  Tell(gone, put);
}

template <typename T>
void Store<T>::NoteShown(const ObjectKey& key, Replacement<T>& rest) const {
  if (!IsToCome(key, rest)) return;
  if (auto entry = rest.listing.extract(key)) RemoveBytes(entry.mapped(), rest.bytes);
  const T* held = Find(key);
  if (held == nullptr) return;
  rest.listing.emplace(key, Listed<T>{held->meta.uid, held->meta.resource_version, nullptr});
}

// Applies a list to one key. `held` is what the store holds, or end(). `listed` is what the list
// has, or empty. If the list lacks the held object, or has another uid:
//   - If the held object is not newer than the list, it is removed.
//   - If it is newer, it stays: it comes from a reply (Fold), and the watch will report it.
template <typename T>
void Store<T>::ReplaceOne(typename Objects::iterator held, Listing<T>::node_type listed,
                          const ResourceVersion& list_version, std::vector<Made>& gone,
                          std::vector<Made>& put) {
  if (!listed.empty() && Buried(listed.key(), listed.mapped().uid, listed.mapped().version)) {
    listed = {};
  }
  if (held != objects_.end()) {
    const ObjectMeta& cached = held->second->meta;
    if (listed.empty() || listed.mapped().uid != cached.uid) {
      if (IsOlder(list_version, cached.resource_version)) return;
      gone.push_back({Take(held), nullptr});
      held = objects_.end();
    }
  }
  // A list entry has no object if there is nothing to apply, because
  //   - the store held this version already when the entry was made, or
  //   - ReplaceOf has applied the entry already, or
  //   - the watch has shown the object since then (NoteShown).
  if (listed.empty() || listed.mapped().object == nullptr) return;
  std::unique_ptr<T> object = std::move(listed.mapped().object);
  if (held == objects_.end()) {
    put.push_back({nullptr, Insert(std::move(object))});
    return;
  }
  const ObjectMeta& cached = held->second->meta;
  const ResourceVersion& version = listed.mapped().version;
  if (IsWhole(cached, version) || IsOlder(version, cached.resource_version)) return;
  put.push_back(Exchange(held, std::move(object)));
}

template <typename T>
void Store<T>::Reset(Listing<T> listing, const ResourceVersion& list_version) {
  WL_ASSERT(!notifying_);
  tombstones_.clear();
  version_ = list_version;
  std::vector<Made> gone;
  for (auto next = objects_.begin(); next != objects_.end();) {
    const auto position = next++;
    const auto found = listing.find(position->first);
    if (found != listing.end() && found->second.uid == position->second->meta.uid) continue;
    gone.push_back({Take(position), nullptr});
  }
  std::vector<Made> put;
  for (auto& [key, listed] : listing) {
    WL_ASSERT(listed.object != nullptr);
    const auto found = objects_.find(key);
    put.push_back(found == objects_.end() ? Made{nullptr, Insert(std::move(listed.object))}
                                          : Exchange(found, std::move(listed.object)));
  }
  Tell(gone, put);
}

// Drops each tombstone whose deletion the list confirms: the list lacks the object, and is at least
// as new as the version that we deleted. An older list may be from before the object's creation.
// The watch after such a list reports the creation, and the tombstone must hide the object.
template <typename T>
void Store<T>::Confirm(const Listing<T>& listing, const ResourceVersion& list_version) {
  std::erase_if(tombstones_, [&](const auto& entry) {
    const auto& [key, tombstone] = entry;
    const auto found = listing.find(key);
    const bool still_there = found != listing.end() && found->second.uid == tombstone.uid;
    return !still_there && !IsOlder(list_version, tombstone.last_held);
  });
}

}  // namespace windlass
