// Implementation of informer.h: turns lines of JSON into changes of the store.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "kubeclient/cache/informer.h"
#include "kubeclient/cache/is_older.h"

namespace windlass {

// A relist that would remove more than half of at least this many objects is confirmed first
//
inline constexpr size_t kVanishGuardObjects = 20;
inline constexpr const char* kTooLong = "its event is longer than the limit";
// What an entry of a list takes beside its object, while the list is collected.
inline constexpr size_t kListedBytesPerObject = 200;

template <typename T>
Informer<T>::Informer(InformerEnvironment environment, ReflectorOptions options,
                      DecodeFunction decode)
    : environment_(environment),
      decode_(decode),
      resource_(options.resource),
      reflector_(environment.clock, environment.random, environment.log, environment.timers,
                 environment.transport, environment.decoder, std::move(options), *this,
                 environment.list_gate) {
  store_.OnChange([this](const Change<T>& change) {
    if (change.old_object != nullptr && change.old_object->meta.cut()) --cut_;
    if (change.new_object != nullptr && change.new_object->meta.cut()) ++cut_;
  });
}

template <typename T>
void Informer<T>::Stop() {
  reflector_.Stop();
  synced_ = false;
  no_room_ = false;
  quarantined_.clear();
  Recount();
}

// --- the budget (R-065) ---

template <typename T>
void Informer<T>::Charge(const CacheBytes& bytes) {
  if (environment_.budget != nullptr) environment_.budget->Charge(charged_, bytes);
  charged_ = bytes;
}

template <typename T>
void Informer<T>::CutIfNoRoom(T& object) {
  if (environment_.budget == nullptr || gives_up_) return;
  const size_t bytes = BytesOf(object);
  // The version before makes room for this one.
  const T* held = store_.FindByUid(KeyOf(object.meta), object.meta.uid);
  const size_t before = held != nullptr ? BytesOf(*held) : 0;
  const auto fits = [&](size_t needed) {
    return needed <= std::max(kCutAbove, before) ||
           environment_.budget->HasRoomForLarge(needed, before);
  };
  if (fits(bytes) || (Slim(object) && fits(BytesOf(object)))) return;
  Cut(object);
  object.meta.cut_bytes = static_cast<uint32_t>(std::min<size_t>(bytes, UINT32_MAX));
  if (held != nullptr && held->meta.cut()) return;  // logged already
  environment_.log.Warning("no room in the caches for an object, which is left alone",
                           {{"resource", resource_.plural},
                            {"object", KeyOf(object.meta).ToString()},
                            {"bytes", bytes},
                            {"budget", environment_.budget->limit()}});
}

template <typename T>
void Informer<T>::Fold(T object) {
  CutIfNoRoom(object);
  store_.Fold(std::move(object));
  Recount();
}

template <typename T>
void Informer<T>::NoteNoRoom() {
  if (!gives_up_ || no_room_ || environment_.budget == nullptr) return;
  if (!environment_.budget->IsFull()) return;
  no_room_ = true;
  on_no_room();
}

// --- a complete state ---

template <typename T>
void Informer<T>::BeginReplace() {
  AbandonReplace();
}

template <typename T>
void Informer<T>::AbandonReplace() {
  incoming_.clear();
  incoming_quarantined_.clear();
  incoming_unnamed_ = false;
  incoming_bytes_ = {};
  Recount();
}

template <typename T>
Status Informer<T>::AddToReplace(std::string_view object_json, bool deleted) {
  if (deleted) {
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
  const size_t bytes = listed.object != nullptr ? BytesOf(*listed.object) : 0;
  incoming_bytes_.Add(bytes, kListedBytesPerObject);
  incoming_.insert_or_assign(std::move(key), std::move(listed));
  Recount();
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
    KeepFormerVersion(*object);
  }
}

template <typename T>
void Informer<T>::RemoveFromReplace(const ObjectKey& key) {
  incoming_.erase(key);
  incoming_quarantined_.erase(key);
}

// During a reset nothing in the store counts, so the object is taken whole.
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
  if (!confirmed && LooksLikeAMistake()) return Replaced::kDoubtful;
  if (no_room_) {
    AbandonReplace();
    return Replaced::kDone;
  }
  Listing<T> listing = std::exchange(incoming_, {});
  const Quarantined former = std::exchange(quarantined_, std::move(incoming_quarantined_));
  AbandonReplace();
  if (std::exchange(resetting_, false)) {
    store_.Reset(std::move(listing), version);
  } else {
    store_.Replace(std::move(listing), version);
  }
  Recount();
  TellGone(former);
  if (!synced_) {
    synced_ = true;  // every handler has returned
    on_synced();
  }
  return Replaced::kDone;
}

// Returns true if the list shows an object in an older version than the store holds, although the
// list itself is not older than that version: only another past explains that. (If the list is
// older, the stored object is a fold, which proves nothing.)
template <typename T>
bool Informer<T>::IsOfAnotherPast(const ResourceVersion& version) const {
  return std::any_of(incoming_.begin(), incoming_.end(), [&](const auto& entry) {
    const auto& [key, listed] = entry;
    const T* held = store_.FindByUid(key, listed.uid);
    return held != nullptr && IsOlder(listed.version, held->meta.resource_version) &&
           !IsOlder(version, held->meta.resource_version);
  });
}

// Returns true if more than half of the objects would vanish, of at least kVanishGuardObjects
// . The wrong cluster, the wrong namespace or a proxy's empty answer is then more likely
// than a real change.
template <typename T>
bool Informer<T>::LooksLikeAMistake() const {
  if (store_.size() < kVanishGuardObjects) return false;
  size_t vanished = 0;
  store_.ForEach([&](const T& object) {
    const auto found = incoming_.find(KeyOf(object.meta));
    if (found == incoming_.end() || found->second.uid != object.meta.uid) ++vanished;
  });
  return vanished * 2 > store_.size();
}

// --- another past (R-061) ---

template <typename T>
void Informer<T>::Reset() {
  synced_ = false;
  resetting_ = true;
  on_reset();
}

template <typename T>
void Informer<T>::Recovered() {
  on_recovered();
}

template <typename T>
void Informer<T>::Forbidden() {
  on_forbidden();
}

// A CustomResourceDefinition was deleted, and with it all its objects, or it was never there. A
// watch may have ended before it told of the deletions.
template <typename T>
void Informer<T>::NotServed() {
  synced_ = false;
  on_not_served();
}

// --- one event ---

template <typename T>
Result<ResourceVersion> Informer<T>::Apply(WatchEventType type, std::string_view object_json) {
  if (type == WatchEventType::kDeleted) {
    // Only the identity of a deleted object is needed, so an undecodable one is deleted, too.
    WINDLASS_TRY(ObjectIdentity gone, environment_.decoder.DecodeIdentity(object_json));
    ApplyDeleted(gone);
    return std::move(gone.resource_version);
  }
  Result<T> object = decode_(environment_.decoder, object_json);
  if (!object.ok()) {
    WINDLASS_TRY(const UnreadableObject poison, IdentifyPoison(object_json, object.error()));
    quarantined_.insert_or_assign(poison.identity.key, poison);
    return object.error();
  }
  ResourceVersion version = object->meta.resource_version;
  quarantined_.erase(KeyOf(object->meta));
  CutIfNoRoom(*object);
  store_.Apply(std::move(object).value());
  Recount();
  NoteNoRoom();
  return version;
}

template <typename T>
void Informer<T>::ApplyLong(WatchEventType type, const UnreadableObject& object) {
  if (type == WatchEventType::kDeleted) return ApplyDeleted(object.identity);
  if (!quarantined_.contains(object.identity.key))
    LogPoison(object.identity.key.ToString(), kTooLong);
  quarantined_.insert_or_assign(object.identity.key, object);
}

template <typename T>
void Informer<T>::ApplyDeleted(const ObjectIdentity& gone) {
  const auto unreadable = quarantined_.extract(gone.key);
  store_.ApplyDelete(gone.key, gone.uid, gone.resource_version);
  Recount();
  if (!unreadable.empty()) on_unreadable_gone(unreadable.mapped());
}

// --- poison objects (R-031) ---

// Returns who an undecodable object is. Logs it once per object, not once per version.
template <typename T>
Result<UnreadableObject> Informer<T>::IdentifyPoison(std::string_view object_json,
                                                     const Error& error) {
  Result<ObjectIdentity> identity = environment_.decoder.DecodeIdentity(object_json);
  const bool known = identity.ok() && (quarantined_.contains(identity->key) ||
                                       incoming_quarantined_.contains(identity->key));
  if (!known) LogPoison(identity.ok() ? identity->key.ToString() : "unknown", error.message);
  if (!identity.ok()) return identity.error();
  UnreadableObject unreadable{*identity, std::nullopt};
  const auto controller = environment_.decoder.DecodeController(object_json);
  unreadable.owners_readable = controller.ok();
  if (controller.ok()) unreadable.controller = *controller;
  return unreadable;
}

template <typename T>
void Informer<T>::LogPoison(const std::string& object, const std::string& error) {
  environment_.log.Warning("object cannot be decoded, left as it was",
                           {{"resource", resource_.plural}, {"object", object}, {"error", error}});
}

template <typename T>
void Informer<T>::TellGone(const Quarantined& former) {
  for (const auto& [key, unreadable] : former) {
    if (!quarantined_.contains(key)) on_unreadable_gone(unreadable);
  }
}

// The object without a readable name may be any of the missing ones. So all of them are kept, and
// quarantined because none is known to be up to date.
template <typename T>
void Informer<T>::KeepWhatIsMissing() {
  store_.ForEach([this](const T& held) {
    const ObjectKey key = KeyOf(held.meta);
    if (!incoming_.emplace(key, AsHeld(held)).second) return;
    UnreadableObject unreadable{{key, held.meta.uid, held.meta.resource_version}, std::nullopt};
    const OwnerReference* controller = held.meta.ControllerRef();
    if (controller != nullptr) unreadable.controller = *controller;
    incoming_quarantined_.emplace(key, std::move(unreadable));
  });
}

// A list with an object that we cannot read does not say that the object is gone.
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
  const auto collected = incoming_.find(key);
  if (collected != incoming_.end() && collected->second.uid == uid) return;
  incoming_.erase(key);
  const T* former = resetting_ ? nullptr : store_.FindByUid(key, uid);
  if (former != nullptr) incoming_.emplace(key, AsHeld(*former));
}

}  // namespace windlass
