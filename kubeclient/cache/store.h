// The cached objects of one resource, by "<namespace>/<name>", with an index by the uid of the
// controller, and further indexes that users ask for.
//
// The store also keeps track of our own writes (S-015):
//   - Fold puts a reply into the cache at once; an older ADDED or MODIFIED that arrives later is
//     ignored.
//   - After a successful DELETE a tombstone, a note of the deletion, stays until the watch or a
//     relist confirms the deletion. Until then neither of them brings back the object, or an
//     earlier object of the same name.
//   - A relist does not undo a fold that is newer than the list.
//   - Reset and Shed forget the writes made so far.
// Core thread only. T has a member `ObjectMeta meta`. Nothing but Amend changes a stored object in
// place; only its mutable members may change at any time.
// A pointer to a stored object is valid until that object is replaced or removed. So do not keep
// such a pointer across turns of the event loop.
// across turns of the event loop.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/cache/cache_budget.h"
#include "kubeclient/cache/store_index.h"

namespace windlass {

// A change that was applied. If the object was added, old_object is null; if it was deleted,
// new_object is null.
// If an object of the same name gets another uid, handlers see a delete and then an add.
template <typename T>
struct Change {
  const T* old_object = nullptr;
  const T* new_object = nullptr;
  // True if the object was deleted and old_object may be out of date. This depends on where
  // the deletion comes from:
  //   - true: a list, another object of the same name, or Shed
  //   - false: the object's own DELETED event, or FoldDelete
  bool final_state_unknown = false;
};

// The outcome of one event.
enum class Applied : uint8_t {
  kChanged,
  kDuplicate,  // the cached version once more, or the deletion of an object not cached
  kStale,      // older than the cached object, or about an object deleted since
};

// One object of a complete list.
template <typename T>
struct Listed {
  Uid uid;
  ResourceVersion version;
  std::unique_ptr<T> object;  // null: nothing to apply, the store had that version or a later one
};
template <typename T>
using Listing = std::map<ObjectKey, Listed<T>>;

// A complete list, taken at `version`, that Store::ReplaceSome applies.
template <typename T>
struct Replacement {
  Listing<T> listing;  // entries that no slice has reached yet
  CacheBytes bytes;    // memory of the objects that are in `listing` now
  ResourceVersion version;
  std::optional<ObjectKey> after{};  // all keys up to and including this one are applied
};

template <typename T>
class Store {
 public:
  // Called when the store and its indexes already show the change. A complete list is
  // applied in slices (ReplaceSome). The handlers are then called when the store and its indexes
  // show all changes of the slice. Must not write to this store.
  using ChangeHandler = std::function<void(const Change<T>&)>;

  // A handler that is registered late sees the present objects as adds.
  void OnChange(ChangeHandler handler);

  // Returns an index for By, valid as long as the store. It finds objects by the keys that
  // `keys_of` returns for them; the present objects are in it, too.
  //   - `keys_of` is a function, or a lambda without captures. Two calls with the same function
  //     return the same index.
  //   - It returns a std::optional or a range, which depends only on the content of the object.
  //
  //   const auto& by_node = pods.AddIndex([](const Pod& pod) { return std::optional(pod.node); });
  //   for (const Pod* pod : pods.By(by_node, "node-1")) …
  template <typename F>
  auto& AddIndex(F keys_of);

  const T* Find(const ObjectKey& key) const;
  // Returns the object with that key; nullptr if there is none, or if it has another uid (D-019).
  const T* FindByUid(const ObjectKey& key, const Uid& uid) const;
  // The next four return their objects in order of namespace and name.
  template <typename Key>
  std::vector<const T*> By(const StoreIndex<T, Key>& index,
                           const std::type_identity_t<Key>& key) const {
    return index.Find(key);
  }
  std::vector<const T*> InNamespace(std::string_view namespace_) const;
  std::vector<const T*> OwnedBy(const Uid& owner) const;  // by controller reference
  // Objects of the namespace without a controller reference (B-21).
  std::vector<const T*> OrphansIn(std::string_view namespace_) const;
  // Returns the object that follows `key` in order of key, or the first object if `key` is nullopt.
  // Returns nullptr if there is none.
  const T* After(const std::optional<ObjectKey>& key) const;
  size_t size() const { return objects_.size(); }
  template <typename F>
  void ForEach(F&& visit) const {
    for (const auto& [key, object] : objects_) visit(*object);
  }

  // Applies ADDED or MODIFIED from the watch.
  Applied Apply(T object);
  // Applies DELETED from the watch; `version` is the version in the event.
  //   - An object of that uid is removed, even if Fold has stored a newer version of it: then the
  //     object left the watch's selector and came back. Example: Fold has stored version 12.
  //     DELETED in version 11 removes the object, and ADDED in version 12 follows.
  //   - An object of another uid is removed only if its version is older than `version`.
  Applied ApplyDelete(const ObjectKey& key, const Uid& uid, const ResourceVersion& version);
  // Applies the reply to one of our writes, or to an uncached read. The object must match the
  // watch's selector. If the store lacks the object although the watch or a list has reached the
  // reply's version, the object was deleted after that version, and Fold returns kStale.
  Applied Fold(T object);
  // Call when a reply shows that the object is gone, or has left the watch's selector: the store
  // drops the object. Do not call for a DELETE that a finalizer or a grace period delays.
  void FoldDelete(const ObjectKey& key, const Uid& uid);
  // Returns the object as an entry of a list. If the store holds the object in the same version and
  // whole (not cut down), there is nothing to apply, and the entry's `object` is null.
  Listed<T> ToList(T object) const;
  // Calls `change` to change data of our own in the object. The API server does not know this data,
  // so it belongs to no version of the object. Updates the indexes but calls no handlers. Does
  // nothing if no object of that uid is held. `change` must not touch `meta`.
  void Amend(const ObjectKey& key, const Uid& uid, const std::function<void(T&)>& change);
  // Applies a slice of a complete list: at most `most` of the keys that the list and the
  // store have, in order of key. Returns true once the whole list is applied.
  // Handlers see the slice's deletes first, then its adds and updates.
  // Between two slices the watch and replies may change the store, provided that ReplaceOf and
  // NoteShown are called as described below.
  bool ReplaceSome(Replacement<T>& rest, size_t most);
  // Applies the list's entry for `key` now, if no slice has reached `key` yet. Call before a reply
  // about that object is folded, because the reply may be older than the list.
  void ReplaceOf(const ObjectKey& key, Replacement<T>& rest);
  // Call after the watch has shown an object or its deletion. The slices to come then leave `key`
  // as the watch has shown it, because the watch is newer than the list.
  void NoteShown(const ObjectKey& key, Replacement<T>& rest) const;
  // Applies the first complete list after a reset. Stores every listed object, even if the
  // store has the same or a higher version of it. Removes all other objects and all tombstones.
  // Every entry must have its object.
  void Reset(Listing<T> listing, const ResourceVersion& list_version);
  // Call when no watch keeps the store up to date any more. Removes up to `most` objects, in order
  // of key. Handlers see them deleted, with final_state_unknown. Returns true if the store is then
  // empty.
  bool Shed(size_t most);

  // Returns about how much memory the store takes. CacheBytes::all includes the indexes here.
  CacheBytes bytes() const;
  uint64_t duplicates() const { return duplicates_; }
  uint64_t stale() const { return stale_; }
  // Returns how many of our deletions are not confirmed yet; at most one per key.
  size_t tombstones() const { return tombstones_.size(); }

 private:
  // Implementation in store_inl.h.
  enum class Origin : uint8_t { kWatch, kFold };
  using Objects = std::map<ObjectKey, std::unique_ptr<T>>;
  // An object that FoldDelete dropped, with the last version that we held.
  struct Tombstone {
    Uid uid;
    ResourceVersion last_held;
  };
  // A change that is made but not yet reported to handlers. Keeps the old object alive until the
  // report.
  struct Made {
    std::unique_ptr<T> old_object;
    const T* new_object = nullptr;
  };

  Applied Put(T object, Origin origin);
  const T* Insert(std::unique_ptr<T> object);
  std::unique_ptr<T> Take(typename Objects::iterator position);
  Made Exchange(typename Objects::iterator position, std::unique_ptr<T> object);
  bool Buried(const ObjectKey& key, const Uid& uid, const ResourceVersion& version) const;
  bool Passed(const ResourceVersion& version, Origin origin) const;
  void Confirm(const ObjectKey& key, const Uid& uid, const ResourceVersion& version);
  void Confirm(const Listing<T>& listing, const ResourceVersion& list_version);
  void Advance(const ResourceVersion& version);
  Applied Duplicate();
  Applied Stale();
  static bool IsToCome(const ObjectKey& key, const Replacement<T>& rest) {
    return !rest.after || *rest.after < key;
  }
  void ReplaceOne(typename Objects::iterator held, Listing<T>::node_type listed,
                  const ResourceVersion& list_version, std::vector<Made>& gone,
                  std::vector<Made>& put);
  void Tell(const std::vector<Made>& gone, const std::vector<Made>& put);
  void Notify(const Change<T>& change);
  static std::optional<Uid> OwnerOf(const T& object);
  static std::optional<Symbol> NamespaceOfOrphan(const T& object);

  // The next three members come before by_owner_ and orphans_, because AddIndex, which initializes
  // these two, uses the three.
  bool notifying_ = false;
  Objects objects_;  // ordered, so that iteration never depends on a hash
  std::vector<std::unique_ptr<AnyStoreIndex<T>>> indexes_;
  const StoreIndex<T, Uid>& by_owner_ = AddIndex(&OwnerOf);
  const StoreIndex<T, Symbol>& orphans_ = AddIndex(&NamespaceOfOrphan);
  std::map<ObjectKey, Tombstone> tombstones_;
  ResourceVersion version_;  // the watch or a list has shown everything up to this version
  std::vector<ChangeHandler> handlers_;
  CacheBytes bytes_;  // without the indexes
  uint64_t duplicates_ = 0;
  uint64_t stale_ = 0;
};

}  // namespace windlass

#include "kubeclient/cache/store_inl.h"
#include "kubeclient/cache/store_inl_replace.h"
