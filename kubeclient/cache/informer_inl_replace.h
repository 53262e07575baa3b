// Implementation of informer.h: collects a complete state, and applies it to the store in slices.
#pragma once

#include <utility>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/cache/informer.h"

namespace windlass {

// If the store has at least this many objects, a relist that would remove more than half of them
// must first be confirmed by another list.
inline constexpr size_t kVanishGuardObjects = 20;
// The pause between two slices of a list. During the pause other events are handled.
inline constexpr Duration kBetweenSlices = milliseconds(1);

template <typename T>
void Informer<T>::BeginReplace() {
  // Applies the rest of the former list first, because the new list is compared with the store.
  if (pending_) ApplySlices(SIZE_MAX);
  AbandonReplace();
  view_before_list_ = reflector_.view_at();
}

template <typename T>
void Informer<T>::AbandonReplace() {
  incoming_.clear();
  incoming_quarantined_.clear();
  incoming_unnamed_ = false;
  incoming_bytes_ = {};
  incoming_kept_ = 0;
  incoming_ahead_.clear();
  Recount();
}

// Stores an entry of the list, and counts what EndReplace needs (incoming_kept_, incoming_ahead_).
// If EndReplace itself went through a million entries, that would take a second.
template <typename T>
void Informer<T>::List(ObjectKey key, Listed<T> listed) {
  Unlist(key);
  if (const T* held = store_.FindByUid(key, listed.uid)) {
    ++incoming_kept_;
    const ResourceVersion& ours = held->meta.resource_version;
    if (IsOlder(listed.version, ours)) incoming_ahead_.emplace(key, ours);
  }
  AddBytes(listed, incoming_bytes_);
  incoming_.emplace(std::move(key), std::move(listed));
  Recount();
}

template <typename T>
Status Informer<T>::AddToReplace(std::string_view object_json, bool deleted) {
  if (deleted) {  // an object deleted while the initial state arrives
    const Result<ObjectIdentity> gone = environment_.decoder.DecodeIdentity(object_json);
    if (!gone.ok()) {
      incoming_unnamed_ = true;
      return gone.error();
    }
    RemoveFromReplace(gone->key);
    return Unit{};
  }
  if (no_room_) return Unit{};
  Result<T> object = decode_(environment_.decoder, object_json);
  if (!object.ok()) return KeepFormerVersion(object_json, object.error());
  ObjectKey key = KeyOf(object->meta);
  incoming_quarantined_.erase(key);
  Listed<T> listed = ToList(std::move(object).value());
  if (listed.object != nullptr) CutIfNoRoom(*listed.object);
  List(std::move(key), std::move(listed));
  NoteNoRoom();
  return Unit{};
}

template <typename T>
void Informer<T>::AddLongToReplace(const std::optional<UnreadableObject>& object, bool deleted) {
  if (!object) {
    incoming_unnamed_ = true;
  } else if (deleted) {
    RemoveFromReplace(object->identity.key);
  } else {
    UnreadableObject unreadable = *object;
    unreadable.why = kEventTooLong;
    KeepFormerVersion(unreadable);
  }
}

template <typename T>
void Informer<T>::RemoveFromReplace(const ObjectKey& key) {
  incoming_quarantined_.erase(key);
  Unlist(key);
}

template <typename T>
void Informer<T>::Unlist(const ObjectKey& key) {
  const auto found = incoming_.find(key);
  if (found == incoming_.end()) return;
  const bool kept = store_.FindByUid(key, found->second.uid) != nullptr;
  if (kept && incoming_kept_ > 0) --incoming_kept_;
  incoming_ahead_.erase(key);
  RemoveBytes(found->second, incoming_bytes_);
  incoming_.erase(found);
}

// Returns `object` as an entry of the list. If the store holds the same version, the entry has no
// object (Store::ToList). During a reset the entry always has its object, because the store's
// content does not count.
template <typename T>
Listed<T> Informer<T>::ToList(T object) const {
  if (!resetting_) return store_.ToList(std::move(object));
  Listed<T> listed{object.meta.uid, object.meta.resource_version, nullptr};
  listed.object = std::make_unique<T>(std::move(object));
  return listed;
}

template <typename T>
Replaced Informer<T>::EndReplace(const ResourceVersion& version, bool confirmed) {
  if (!resetting_ && IsOfAnotherPast(version)) return Replaced::kOfAnotherPast;
  if (incoming_unnamed_ && !resetting_) KeepWhatIsMissing();
  if (no_room_) {
    AbandonReplace();
    return Replaced::kDone;
  }
  if (!confirmed && LooksLikeAMistake()) return Replaced::kDoubtful;
  pending_ = Replacement<T>{std::move(incoming_), incoming_bytes_, version};
  healing_ = std::exchange(quarantined_, std::move(incoming_quarantined_));
  AbandonReplace();
  std::vector<UnreadableObject> found;
  for (const auto& [key, unreadable] : quarantined_) {
    if (IsNewsBeside(healing_, unreadable)) found.push_back(unreadable);
  }
  // `healing_` has all objects that were unreadable before this list. Drops those that are
  // unreadable in this list, too. The others are readable in this list, or missing from it. They
  // stay quarantined until the whole list is applied, or until a watch event shows them.
  std::erase_if(healing_, [this](const auto& entry) { return quarantined_.contains(entry.first); });
  quarantined_.insert(healing_.begin(), healing_.end());
  for (const UnreadableObject& unreadable : found) on_unreadable(unreadable);
  ApplySlices(environment_.applied_in_one_turn);
  return Replaced::kDone;
}

// --- a complete state that is being applied ---

// Applies the list to up to `most` keys now, and to the rest in later turns.
// The keys are those of the list and of the store. Example: a list of 0 objects for a store of
// 5,000 takes three slices of at most 2,000 keys.
// After a reset all is applied at once, because the versions of list and store cannot be compared.
template <typename T>
void Informer<T>::ApplySlices(size_t most) {
  environment_.timers.Cancel(std::exchange(next_slice_, TimerId{0}));
  if (std::exchange(resetting_, false)) {
    store_.Reset(std::move(pending_->listing), pending_->version);
    if (pending_) EndPending();
    return;
  }
  const bool done = store_.ReplaceSome(*pending_, most);
  if (!pending_) return;  // a handler has stopped or reset the informer
  Recount();
  if (done) return EndPending();
  next_slice_ = environment_.timers.At(environment_.clock.Now() + kBetweenSlices, [this] {
    next_slice_ = 0;
    ApplySlices(environment_.applied_in_one_turn);
  });
}

template <typename T>
void Informer<T>::EndPending() {
  pending_.reset();
  for (const auto& [key, unreadable] : std::exchange(healing_, {})) {
    if (quarantined_.erase(key) > 0) on_unreadable_gone(unreadable);
  }
  Recount();
  if (synced_) return;
  synced_ = true;  // every handler has returned
  on_synced();
}

template <typename T>
void Informer<T>::AbandonPending() {
  environment_.timers.Cancel(std::exchange(next_slice_, TimerId{0}));
  pending_.reset();
  healing_.clear();
}

// Returns true if the list shows some object in an older version than the store holds, although the
// list is not older than the stored version. Only a reset of the server's state explains this.
// Example: the store holds web-1 in version 950; a list of version 1000 has web-1 in version 800.
// A stored version that is newer than the list proves nothing: it comes from a reply (Fold).
template <typename T>
bool Informer<T>::IsOfAnotherPast(const ResourceVersion& version) const {
  return std::ranges::any_of(
      incoming_ahead_, [&version](const auto& entry) { return !IsOlder(version, entry.second); });
}

// Returns true if the store has at least kVanishGuardObjects objects and more than half of them
// would vanish. Such a list more likely comes from the wrong cluster, from the wrong
// namespace or from a faulty proxy than from a real change.
template <typename T>
bool Informer<T>::LooksLikeAMistake() const {
  return store_.size() >= kVanishGuardObjects && incoming_kept_ * 2 < store_.size();
}

// --- unreadable objects in a list (R-031) ---

// Called if the list has an object without a readable name, but not during a reset.
// The unnamed object may be any object that the list seems to lack. So all objects that the list
// seems to lack are kept, and quarantined, because none of them is known to be up to date.
template <typename T>
void Informer<T>::KeepWhatIsMissing() {
  store_.ForEach([this](const T& held) {
    const ObjectKey key = KeyOf(held.meta);
    if (incoming_.contains(key)) return;
    List(key, AsHeld(held));
    UnreadableObject unreadable{{key, held.meta.uid, held.meta.resource_version}, std::nullopt};
    const OwnerReference* controller = held.meta.ControllerRef();
    if (controller != nullptr) unreadable.controller = *controller;
    unreadable.why = "the list has an object without a readable name, which may be this one";
    incoming_quarantined_.emplace(key, std::move(unreadable));
  });
  Recount();
  NoteNoRoom();
}

// Called if the list shows an object in an unreadable form. The object still exists, so its last
// readable version is kept. During a reset the stored version does not count, so it is not kept.
template <typename T>
Error Informer<T>::KeepFormerVersion(std::string_view object_json, Error error) {
  const Result<UnreadableObject> poison = IdentifyPoison(object_json, error);
  if (!poison.ok()) {
    incoming_unnamed_ = true;
    return error;
  }
  KeepFormerVersion(*poison);
  return error;
}

template <typename T>
void Informer<T>::KeepFormerVersion(const UnreadableObject& poison) {
  const ObjectKey& key = poison.identity.key;
  const Uid& uid = poison.identity.uid;
  incoming_quarantined_.insert_or_assign(key, poison);
  Recount();
  NoteNoRoom();
  const auto collected = incoming_.find(key);
  if (collected != incoming_.end() && collected->second.uid == uid) return;
  Unlist(key);
  const T* former = resetting_ ? nullptr : store_.FindByUid(key, uid);
  if (former != nullptr) List(key, AsHeld(*former));
}

}  // namespace windlass
