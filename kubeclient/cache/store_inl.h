// Implementation of store.h. The functions for complete lists are in store_inl_replace.h.
//
// A resourceVersion that cannot be compared (KEP-5504) counts as newer, so that the order of
// arrival decides. Exception: a DELETED event with such a version is ignored if its uid is
// not that of the stored object.
#pragma once

#include <compare>
#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass {

// Copies data of our own from an object's former version (`before`) to its new version (`now`).
// `before` is null if the store did not hold the object. A kind whose objects carry such data,
// which the API server does not know, overloads this function beside its definition
// (replica_set.h).
template <typename T>
void Remember(const T* /*before*/, T& /*now*/) {}

// Returns about how many bytes of memory the object takes, without its interned texts. A kind that
// holds more than metadata overloads this function beside its definition (deployment.h).
template <typename T>
size_t BytesOf(const T& object) {
  return sizeof(object) + BytesOf(object.meta);
}

// Returns how many bytes the object's interned texts take. Kinds overload this like BytesOf.
template <typename T>
size_t TextBytesOf(const T& object) {
  return TextBytesOf(object.meta);
}

template <typename T>
ObjectBytes SizeOf(const T& object) {
  return {BytesOf(object), TextBytesOf(object)};
}

// Drops the parts of an object that may be large. The caller sets meta.cut_bytes. Kinds overload
// this like BytesOf.
template <typename T>
void Cut(T& object) {
  Cut(object.meta);
}

// Drops the parts of an object that can be read again when they are needed. Returns false if the
// object has no such parts. A kind with such parts overloads this function.
template <typename T>
bool Slim(T& /*object*/) {
  return false;
}

// The memory for one object beyond the object itself: the node of the map, with a second copy of
// the name, and the allocator's share (docs/benchmarks.md).
inline constexpr size_t kStoreBytesPerObject = 200;

// Returns true if `held` has that version and is not cut down (ObjectMeta::cut).
inline bool IsWhole(const ObjectMeta& held, const ResourceVersion& version) {
  return held.resource_version == version && !held.cut();
}

template <typename T>
void Store<T>::OnChange(ChangeHandler handler) {
  WL_ASSERT(!notifying_);
  for (const auto& [key, object] : objects_) handler({nullptr, object.get()});
  handlers_.push_back(std::move(handler));
}

// --- reading ---

template <typename T>
const T* Store<T>::Find(const ObjectKey& key) const {
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second.get();
}

template <typename T>
const T* Store<T>::FindByUid(const ObjectKey& key, const Uid& uid) const {
  const T* object = Find(key);
  return object != nullptr && object->meta.uid == uid ? object : nullptr;
}

template <typename T>
std::vector<const T*> Store<T>::InNamespace(std::string_view namespace_) const {
  // In the order of texts, nothing lies between `namespace_` and `namespace_` plus a zero byte. So
  // the keys between these two bounds are exactly those of the namespace.
  const auto end = objects_.lower_bound({std::string(namespace_) + '\0', ""});
  std::vector<const T*> objects;
  for (auto next = objects_.lower_bound({namespace_, ""}); next != end; ++next) {
    objects.push_back(next->second.get());
  }
  return objects;
}

template <typename T>
std::vector<const T*> Store<T>::OwnedBy(const Uid& owner) const {
  return By(by_owner_, owner);
}

template <typename T>
std::vector<const T*> Store<T>::OrphansIn(std::string_view namespace_) const {
  return By(orphans_, namespace_);
}

template <typename T>
const T* Store<T>::After(const std::optional<ObjectKey>& key) const {
  const auto next = key ? objects_.upper_bound(*key) : objects_.begin();
  return next == objects_.end() ? nullptr : next->second.get();
}

// --- single changes ---

template <typename T>
Applied Store<T>::Apply(T object) {
  const ResourceVersion version = object.meta.resource_version;
  const Applied applied = Put(std::move(object), Origin::kWatch);
  Advance(version);
  return applied;
}

template <typename T>
Applied Store<T>::Fold(T object) {
  return Put(std::move(object), Origin::kFold);
}

template <typename T>
Applied Store<T>::Put(T object, Origin origin) {
  WL_ASSERT(!notifying_);
  const ResourceVersion& version = object.meta.resource_version;
  if (Buried(KeyOf(object.meta), object.meta.uid, version)) return Stale();
  // A tombstone notes that we deleted an earlier object of this name. The watch now shows a later
  // object, so it has passed the deletion, and the tombstone is not needed any more.
  if (origin == Origin::kWatch) tombstones_.erase(KeyOf(object.meta));

  const auto found = objects_.find(KeyOf(object.meta));
  if (found == objects_.end()) {
    if (Passed(version, origin)) return Stale();
    Notify({nullptr, Insert(std::make_unique<T>(std::move(object)))});
    return Applied::kChanged;
  }

  const ObjectMeta& cached = found->second->meta;
  const bool same_uid = cached.uid == object.meta.uid;
  // A whole object replaces a cut-down object even if both have the same version.
  const bool completes = cached.cut() && !object.meta.cut();
  if (same_uid && cached.resource_version == version && !completes) return Duplicate();
  if (IsOlder(version, cached.resource_version)) return Stale();
  if (same_uid) {
    const Made made = Exchange(found, std::make_unique<T>(std::move(object)));
    Notify({made.old_object.get(), made.new_object});
    return Applied::kChanged;
  }
  const std::unique_ptr<T> former = Take(found);
  Notify({former.get(), nullptr, /*final_state_unknown=*/true});
  Notify({nullptr, Insert(std::make_unique<T>(std::move(object)))});
  return Applied::kChanged;
}

template <typename T>
Applied Store<T>::ApplyDelete(const ObjectKey& key, const Uid& uid,
                              const ResourceVersion& version) {
  WL_ASSERT(!notifying_);
  Advance(version);
  Confirm(key, uid, version);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return Duplicate();

  const ObjectMeta& cached = found->second->meta;
  const bool same_uid = cached.uid == uid;
  if (!same_uid) {
    // Another object of this name was deleted. If its deletion is later than the version of our
    // object, our object is gone, too.
    const auto order = ResourceVersion::Compare(version, cached.resource_version);
    if (!order || *order != std::strong_ordering::greater) return Stale();
  }
  const std::unique_ptr<T> gone = Take(found);
  Notify({gone.get(), nullptr, /*final_state_unknown=*/!same_uid});
  return Applied::kChanged;
}

template <typename T>
void Store<T>::FoldDelete(const ObjectKey& key, const Uid& uid) {
  WL_ASSERT(!notifying_);
  const auto found = objects_.find(key);
  // If the store lacks the object, the watch or a list removed it before the reply came. Then no
  // tombstone is needed, because the deletion is confirmed already.
  if (found == objects_.end() || found->second->meta.uid != uid) return;
  tombstones_.insert_or_assign(key, Tombstone{uid, found->second->meta.resource_version});
  const std::unique_ptr<T> gone = Take(found);
  Notify({gone.get(), nullptr});
}

template <typename T>
void Store<T>::Amend(const ObjectKey& key, const Uid& uid, const std::function<void(T&)>& change) {
  const auto found = objects_.find(key);
  if (found == objects_.end() || found->second->meta.uid != uid) return;
  for (const auto& index : indexes_) index->Remove(*found);
  change(*found->second);
  for (const auto& index : indexes_) index->Add(*found);
}

// --- parts ---

// Reports each object before the next one is removed, so that at each report the store lacks
// exactly the objects reported so far.
template <typename T>
bool Store<T>::Shed(size_t most) {
  WL_ASSERT(!notifying_);
  // No tombstone is needed any more: what the store gets next is a complete state from a consistent
  // read, which does not contain the objects that we deleted.
  tombstones_.clear();
  for (; most > 0 && !objects_.empty(); --most) {
    const std::unique_ptr<T> gone = Take(objects_.begin());
    Notify({gone.get(), nullptr, /*final_state_unknown=*/true});
  }
  if (objects_.empty()) version_ = {};  // no watch follows the resource any more
  return objects_.empty();
}

template <typename T>
void Store<T>::Tell(const std::vector<Made>& gone, const std::vector<Made>& put) {
  for (const Made& made : gone) {
    Notify({made.old_object.get(), nullptr, /*final_state_unknown=*/true});
  }
  for (const Made& made : put) Notify({made.old_object.get(), made.new_object});
}

template <typename T>
const T* Store<T>::Insert(std::unique_ptr<T> object) {
  Remember(static_cast<const T*>(nullptr), *object);
  bytes_.Add(SizeOf(*object), kStoreBytesPerObject);
  const ObjectKey key = KeyOf(object->meta);
  const auto& entry = *objects_.emplace(key, std::move(object)).first;
  for (const auto& index : indexes_) index->Add(entry);
  return entry.second.get();
}

template <typename T>
std::unique_ptr<T> Store<T>::Take(typename Objects::iterator position) {
  for (const auto& index : indexes_) index->Remove(*position);
  bytes_.Remove(SizeOf(*position->second), kStoreBytesPerObject);
  std::unique_ptr<T> taken = std::move(position->second);
  objects_.erase(position);
  return taken;
}

template <typename T>
typename Store<T>::Made Store<T>::Exchange(typename Objects::iterator position,
                                           std::unique_ptr<T> object) {
  Remember(static_cast<const T*>(position->second.get()), *object);
  std::unique_ptr<T> former = std::exchange(position->second, std::move(object));
  bytes_.Remove(SizeOf(*former), kStoreBytesPerObject);
  bytes_.Add(SizeOf(*position->second), kStoreBytesPerObject);
  for (const auto& index : indexes_) index->Replace(*position, *former);
  return {std::move(former), position->second.get()};
}

// Returns true for an object that we deleted, and for an earlier object of the same name. The store
// ignores both, whether the watch, a list or a reply shows them.
template <typename T>
bool Store<T>::Buried(const ObjectKey& key, const Uid& uid, const ResourceVersion& version) const {
  const auto found = tombstones_.find(key);
  if (found == tombstones_.end()) return false;
  return found->second.uid == uid || IsOlder(version, found->second.last_held);
}

// Drops the tombstone if the watch reports the deletion of the object that we deleted, or of a
// later object of the same name.
template <typename T>
void Store<T>::Confirm(const ObjectKey& key, const Uid& uid, const ResourceVersion& version) {
  const auto found = tombstones_.find(key);
  if (found == tombstones_.end()) return;
  if (found->second.uid == uid || IsOlder(found->second.last_held, version)) {
    tombstones_.erase(found);
  }
}

// Call for an object that the store does not hold. Returns true if the object was deleted after
// `version`. This is certain in two cases:
//   - The watch or a list has passed `version`.
//   - The object comes from a reply (kFold), and the watch or a list has reached `version`. The
//     watch or list then has shown the object in this version already.
template <typename T>
bool Store<T>::Passed(const ResourceVersion& version, Origin origin) const {
  if (IsOlder(version, version_)) return true;
  return origin == Origin::kFold && version.comparable() && version == version_;
}

template <typename T>
void Store<T>::Advance(const ResourceVersion& version) {
  if (!IsOlder(version, version_)) version_ = version;
}

template <typename T>
Applied Store<T>::Duplicate() {
  ++duplicates_;
  return Applied::kDuplicate;
}

template <typename T>
Applied Store<T>::Stale() {
  ++stale_;
  return Applied::kStale;
}

template <typename T>
void Store<T>::Notify(const Change<T>& change) {
  notifying_ = true;
  for (const ChangeHandler& handler : handlers_) handler(change);
  notifying_ = false;
}

// --- indexes ---

template <typename T>
template <typename F>
auto& Store<T>::AddIndex(F keys_of) {
  WL_ASSERT(!notifying_);
  using Index = FunctionIndex<T, std::invoke_result_t<F, const T&>>;
  const typename Index::Function function = keys_of;
  for (const auto& any : indexes_) {
    auto* const same = dynamic_cast<Index*>(any.get());
    if (same != nullptr && same->function() == function) return std::as_const(*same);
  }
  auto made = std::make_unique<Index>(function);
  const Index& index = *made;
  for (const auto& entry : objects_) made->Add(entry);
  indexes_.push_back(std::move(made));
  return index;
}

template <typename T>
CacheBytes Store<T>::bytes() const {
  CacheBytes bytes = bytes_;
  for (const auto& index : indexes_) bytes.all += index->bytes();
  return bytes;
}

template <typename T>
std::optional<Uid> Store<T>::OwnerOf(const T& object) {
  const OwnerReference* owner = object.meta.ControllerRef();
  return owner != nullptr ? std::optional(owner->uid) : std::nullopt;
}

template <typename T>
std::optional<Symbol> Store<T>::NamespaceOfOrphan(const T& object) {
  return object.meta.ControllerRef() == nullptr ? std::optional(object.meta.namespace_)
                                                : std::nullopt;
}

}  // namespace windlass
