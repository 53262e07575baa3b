// The cached objects of one resource, by "<namespace>/<name>", with indexes by namespace and by the
// uid of the controller.
//
// The store is also the ledger of our own writes (S-015):
//   - Fold puts a reply into the cache at once; an older event arriving later is ignored;
//   - after a successful DELETE a tombstone stays until the watch or a relist confirms it: neither
//     can bring the object back, nor one that had its name before;
//   - Replace (a relist) never undoes a fold that is newer than the list.
// Core thread only. T has a member `ObjectMeta meta`. Objects are immutable once stored; a pointer
// stays valid until the object is changed or removed (do not keep it across a turn of the loop).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "kubeclient/api/object_meta.h"

namespace windlass {

// A change that was applied. Exactly one of the pointers may be null: added (no old), deleted (no
// new). The same name with another uid arrives as a delete and then an add.
template <typename T>
struct Change {
  const T* old_object = nullptr;
  const T* new_object = nullptr;
  // The deletion was not seen but inferred from a list or from a successor of the same name:
  // old_object may be out of date.
  bool final_state_unknown = false;
};

// What became of one event.
enum class Applied : uint8_t {
  kChanged,
  kDuplicate,  // same uid and resourceVersion as cached, or gone already
  kStale,      // older than what is cached, or of a uid we deleted
};

// One object of a complete list.
template <typename T>
struct Listed {
  Uid uid;
  ResourceVersion version;
  std::unique_ptr<T> object;  // null: in the version that is held, and need not be there twice
};
template <typename T>
using Listing = std::map<ObjectKey, Listed<T>>;

template <typename T>
class Store {
 public:
  // Called after the store and its indexes show the change, for a relist the whole of it
  // . Must not write to this store.
  using ChangeHandler = std::function<void(const Change<T>&)>;

  // A handler that comes late is told the present state as adds.
  void OnChange(ChangeHandler handler);

  const T* Find(const ObjectKey& key) const;
  // The object with that key if it still has that uid (D-019).
  const T* FindByUid(const ObjectKey& key, const Uid& uid) const;
  // These three are in order of key.
  std::vector<const T*> InNamespace(std::string_view namespace_) const;
  std::vector<const T*> OwnedBy(const Uid& owner) const;  // by controller reference
  // Objects of the namespace without a controller reference (B-21).
  std::vector<const T*> OrphansIn(std::string_view namespace_) const;
  // The first one, in order of key, after that key; of all when there is none.
  const T* After(const std::optional<ObjectKey>& key) const;
  size_t size() const { return objects_.size(); }
  template <typename F>
  void ForEach(F&& visit) const {
    for (const auto& [key, object] : objects_) visit(*object);
  }

  // ADDED or MODIFIED from the watch.
  Applied Apply(T object);
  // DELETED from the watch, with the object's last state. It is the watch's last word on that uid,
  // even where a fold is newer: that reply was about an object which had left the selection.
  Applied ApplyDelete(const ObjectKey& key, const Uid& uid, const ResourceVersion& version);
  // The reply to one of our own writes, or an uncached read; only of an object that the watch
  // selects. An object we do not hold, in a version the watch has passed already, was deleted
  // since: kStale.
  Applied Fold(T object);
  // Our DELETE succeeded and the object has no finalizers that keep it: gone for us from now on.
  void FoldDelete(const ObjectKey& key, const Uid& uid);
  // As an entry of a list: without the object if it is held in that version.
  Listed<T> ToList(T object) const;
  // Changes what is kept beside the object and is no part of any version of it; no handler hears of
  // that. Does nothing if no object of that uid is held. `change` must not touch `meta`.
  void Amend(const ObjectKey& key, const Uid& uid, const std::function<void(T&)>& change);
  // A complete list, taken at `list_version`. Handlers see deletes first, then adds and updates in
  // order of key, which is a list's.
  void Replace(Listing<T> listing, const ResourceVersion& list_version);
  // A complete list that shares no past with what is held: every object of it counts, also one of a
  // lower or of the same version, and tombstones and folds count no more. Every entry has
  // its object.
  void Reset(Listing<T> listing, const ResourceVersion& list_version);

  uint64_t duplicates() const { return duplicates_; }
  uint64_t stale() const { return stale_; }
  // Deletions of ours that the watch has not confirmed yet; at most one per key that we ever held.
  size_t tombstones() const { return tombstones_.size(); }

 private:
  // Implementation in store_inl.h.
  enum class Origin : uint8_t { kWatch, kFold };
  // By what the API calls them, never by address: iteration must not depend on the allocator
  //
  struct ByKey {
    bool operator()(const T* a, const T* b) const;
  };
  using Set = std::set<const T*, ByKey>;
  using Objects = std::map<ObjectKey, std::unique_ptr<T>>;
  // An object that we deleted, in the last version we held.
  struct Tombstone {
    Uid uid;
    ResourceVersion last_held;
  };
  // A change already made, not yet told; keeps the old object alive until then.
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
  std::vector<Made> TakeUnlisted(const Listing<T>& listing, const ResourceVersion& list_version);
  std::vector<Made> PutListed(Listing<T>& listing);
  void Tell(const std::vector<Made>& gone, const std::vector<Made>& put);
  void Notify(const Change<T>& change);
  void Index(const T& object);
  void Unindex(const T& object);

  Objects objects_;  // ordered, so that iteration never depends on a hash
  std::unordered_map<Uid, Set, UidHash> by_owner_;
  std::map<Symbol, Set> by_namespace_;
  std::map<Symbol, Set> orphans_;
  std::map<ObjectKey, Tombstone> tombstones_;
  ResourceVersion version_;  // up to here the watch or a list has told us everything
  std::vector<ChangeHandler> handlers_;
  bool notifying_ = false;
  uint64_t duplicates_ = 0;
  uint64_t stale_ = 0;
};

}  // namespace windlass

#include "kubeclient/cache/store_inl.h"
