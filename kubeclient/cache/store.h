// The cached objects of one resource, by "<namespace>/<name>", with indexes by namespace and by the uid
// of the controller.
//
// The store is also the ledger of our own writes (architecture §2, "The fold is the ledger"):
//   - Fold puts a reply into the cache at once; an older event arriving later is ignored;
//   - after a successful DELETE the uid is a tombstone until the watch confirms it: no event or relist
//     can bring the object back;
//   - Replace (a relist) never undoes a fold that is newer than the list.
// Core thread only. T has a member `ObjectMeta meta`. Objects are immutable once stored; a pointer stays
// valid until the object is changed or removed (do not keep it across a turn of the loop).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "kubeclient/api/object_meta.h"

namespace windlass {

// A change that was applied. Exactly one of the pointers may be null: added (no old), deleted (no new).
// The same name with another uid arrives as a delete and then an add.
template <typename T>
struct Change {
  const T* old_object = nullptr;
  const T* new_object = nullptr;
  // The deletion was not seen but found by a list: old_object may be out of date.
  bool final_state_unknown = false;
};

// What became of one event.
enum class Applied : uint8_t {
  kChanged,
  kDuplicate,  // same uid and resourceVersion as cached
  kStale,      // older than what is cached, or of a uid we deleted
};

template <typename T>
class Store {
 public:
  // Called after the store and its indexes show the change. Must not write to this store.
  using ChangeHandler = std::function<void(const Change<T>&)>;

  void OnChange(ChangeHandler handler) { handlers_.push_back(std::move(handler)); }

  const T* Find(const ObjectKey& key) const;
  // The object with that key if it still has that uid (D-019).
  const T* FindByUid(const ObjectKey& key, const Uid& uid) const;
  std::vector<const T*> InNamespace(std::string_view namespace_) const;
  std::vector<const T*> OwnedBy(const Uid& owner) const;      // by controller reference
  // Objects of the namespace without a controller reference (contract B-21).
  std::vector<const T*> OrphansIn(std::string_view namespace_) const;
  size_t size() const { return objects_.size(); }
  template <typename F>
  void ForEach(F&& visit) const {
    for (const auto& [key, object] : objects_) visit(*object);
  }

  // ADDED or MODIFIED from the watch.
  Applied Apply(T object);
  // DELETED from the watch, with the object's last state.
  Applied ApplyDelete(const ObjectKey& key, const Uid& uid, const ResourceVersion& version);
  // The reply to one of our own writes, or an uncached read.
  Applied Fold(T object);
  // Our DELETE succeeded and the object has no finalizers that keep it: gone for us from now on.
  void FoldDelete(const ObjectKey& key, const Uid& uid);
  // A complete list, taken at `list_version`. Handlers see deletes first, then adds and updates in list
  // order.
  void Replace(std::vector<T> objects, const ResourceVersion& list_version);

  uint64_t duplicates() const { return duplicates_; }
  uint64_t stale() const { return stale_; }

 private:
  // Implementation in store_inl.h.
  Applied Put(T object);
  void Remove(const ObjectKey& key, bool final_state_unknown);
  void Notify(const Change<T>& change);
  void Index(const T& object);
  void Unindex(const T& object);

  // Ordered, so that iteration never depends on a hash.
  std::map<ObjectKey, std::unique_ptr<T>> objects_;
  std::unordered_map<Uid, std::set<const T*>, UidHash> by_owner_;
  std::map<Symbol, std::set<const T*>> by_namespace_;
  std::map<Symbol, std::set<const T*>> orphans_;
  std::unordered_set<Uid, UidHash> tombstones_;
  std::vector<ChangeHandler> handlers_;
  uint64_t duplicates_ = 0;
  uint64_t stale_ = 0;
};

}  // namespace windlass

#include "kubeclient/cache/store_inl.h"
