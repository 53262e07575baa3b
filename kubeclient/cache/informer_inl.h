// Implementation of informer.h: turns lines of JSON into changes of the store.
#pragma once

#include <algorithm>
#include <utility>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/answer_size.h"
#include "kubeclient/base/cut_text.h"

namespace windlass {

inline constexpr size_t kWhyBytesMax = 256;
// About how many bytes of memory an unreadable object takes: the node of a map, the name twice, and
// the reason.
inline constexpr size_t kBytesOfUnreadable = 700;
static_assert(kLineBytesMax == size_t{16} << 20U);
inline constexpr const char* kEventTooLong = "its watch event is longer than 16 MiB";

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
Informer<T>::~Informer() {
  environment_.timers.Cancel(next_slice_);
  Charge({});
}

template <typename T>
void Informer<T>::Stop() {
  reflector_.Stop();
  AbandonPending();
  synced_ = false;
  no_room_ = false;
  quarantined_.clear();
  Recount();
}

// --- the budget (R-065) ---

// A user decides how many unreadable objects there are. So their memory counts in the budget, too.
template <typename T>
size_t Informer<T>::UnreadableBytes() const {
  return (quarantined_.size() + incoming_quarantined_.size() + healing_.size()) *
         kBytesOfUnreadable;
}

template <typename T>
void Informer<T>::Charge(const CacheBytes& bytes) {
  if (environment_.budget != nullptr) environment_.budget->Charge(charged_, bytes);
  charged_ = bytes;
}

template <typename T>
void Informer<T>::CutIfNoRoom(T& object) {
  if (environment_.budget == nullptr || gives_up_) return;
  const size_t bytes = SizeOf(object).sum();
  // If the stored version is not cut down, its size counts as free: the new version replaces it.
  const T* held = store_.FindByUid(KeyOf(object.meta), object.meta.uid);
  const bool was_cut = held != nullptr && held->meta.cut();
  const auto fits = [&](size_t needed) {
    if (needed <= kCutAbove) return true;
    if (held == nullptr || was_cut) return environment_.budget->HasRoomForLarge(needed);
    return environment_.budget->MayGrow(SizeOf(*held).sum(), needed);
  };
  if (fits(bytes) || (Slim(object) && fits(SizeOf(object).sum()))) return;
  Cut(object);
  object.meta.cut_bytes = static_cast<uint32_t>(std::min<size_t>(bytes, UINT32_MAX));
  if (was_cut) return;  // logged already
  environment_.log.Warning(
      "no room in the caches for an object: its large parts are not cached until there is room",
      {{"resource", resource_.plural},
       {"object", KeyOf(object.meta).ToString()},
       {"bytes", bytes},
       {"large", environment_.budget->large()},
       {"budget", environment_.budget->limit()}});
}

template <typename T>
void Informer<T>::Fold(T object) {
  if (pending_) store_.ReplaceOf(KeyOf(object.meta), *pending_);
  CutIfNoRoom(object);
  store_.Fold(std::move(object));
  Recount();
}

template <typename T>
void Informer<T>::FoldDelete(const ObjectKey& key, const Uid& uid) {
  if (pending_) store_.ReplaceOf(key, *pending_);
  store_.FoldDelete(key, uid);
  Recount();
}

template <typename T>
void Informer<T>::NoteNoRoom() {
  if (!gives_up_ || no_room_ || environment_.budget == nullptr) return;
  if (!environment_.budget->IsFull()) return;
  no_room_ = true;
  on_no_room();
}

// --- a reset (R-061) ---

// Notes the reset also while the informer is stopped, because the store may still hold objects of
// the state before the reset.
template <typename T>
void Informer<T>::Reset(std::string_view why) {
  if (reflector_.state() == ReflectorState::kStopped) resetting_ = true;
  reflector_.Reset(why);
}

template <typename T>
void Informer<T>::Reset() {
  AbandonPending();
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

// From now on the store's content does not count: the CustomResourceDefinition never existed, or
// was deleted with all its objects. The store may still hold them, because the watch may have ended
// before it reported their deletion.
template <typename T>
void Informer<T>::NotServed() {
  AbandonPending();
  synced_ = false;
  on_not_served();
}

// --- one event ---

template <typename T>
Result<ResourceVersion> Informer<T>::Apply(WatchEventType type, std::string_view object_json) {
  if (type == WatchEventType::kDeleted) {
    // A deletion needs only the identity of the object. So it is applied even if the rest of the
    // object cannot be decoded.
    WINDLASS_TRY(ObjectIdentity gone, environment_.decoder.DecodeIdentity(object_json));
    ApplyDeleted(gone);
    return std::move(gone.resource_version);
  }
  Result<T> object = decode_(environment_.decoder, object_json);
  if (!object.ok()) {
    WINDLASS_TRY(const UnreadableObject poison, IdentifyPoison(object_json, object.error()));
    Quarantine(poison);
    return object.error();
  }
  ResourceVersion version = object->meta.resource_version;
  const ObjectKey key = KeyOf(object->meta);
  const auto unreadable = quarantined_.extract(key);
  CutIfNoRoom(*object);
  store_.Apply(std::move(object).value());
  if (pending_) store_.NoteShown(key, *pending_);
  Recount();
  NoteNoRoom();
  // The store may have this version already, from the reply to a write. Then it has called no
  // handler, and listeners learn only here that the object is readable again.
  if (!unreadable.empty()) on_unreadable_gone(unreadable.mapped());
  return version;
}

template <typename T>
void Informer<T>::ApplyLong(WatchEventType type, const UnreadableObject& object) {
  if (type == WatchEventType::kDeleted) return ApplyDeleted(object.identity);
  if (!quarantined_.contains(object.identity.key))
    LogPoison(object.identity.key.ToString(), kEventTooLong);
  UnreadableObject unreadable = object;
  unreadable.why = kEventTooLong;
  Quarantine(unreadable);
}

template <typename T>
void Informer<T>::ApplyDeleted(const ObjectIdentity& gone) {
  const auto unreadable = quarantined_.extract(gone.key);
  store_.ApplyDelete(gone.key, gone.uid, gone.resource_version);
  if (pending_) store_.NoteShown(gone.key, *pending_);
  Recount();
  if (!unreadable.empty()) on_unreadable_gone(unreadable.mapped());
}

// --- poison: objects that cannot be decoded (R-031) ---

// Returns the identity of an undecodable object, or an error if even its identity is unreadable.
// Logs the problem once per object, not once per version. If the identity is unreadable, logs at
// each call.
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
  unreadable.why = CutText(error.message, kWhyBytesMax);
  return unreadable;
}

template <typename T>
void Informer<T>::LogPoison(const std::string& object, const std::string& error) {
  environment_.log.Warning("object cannot be decoded: nothing is written for it or its owner",
                           {{"resource", resource_.plural}, {"object", object}, {"error", error}});
}

// Returns true if `known` lacks this object, or has it with another UnreadableObject::why. Example:
// a Service has two bad values, and `why` names the first one. A user corrects that value, so `why`
// now names the second one.
template <typename T>
bool Informer<T>::IsNewsBeside(const Quarantined& known, const UnreadableObject& object) {
  const auto found = known.find(object.identity.key);
  return found == known.end() || found->second.why != object.why;
}

template <typename T>
void Informer<T>::Quarantine(const UnreadableObject& object) {
  const ObjectKey& key = object.identity.key;
  healing_.erase(key);
  const bool is_news = IsNewsBeside(quarantined_, object);
  quarantined_.insert_or_assign(key, object);
  Recount();
  NoteNoRoom();
  if (is_news) on_unreadable(object);
}

}  // namespace windlass
