// An informer: a store that list and watch keep equal to the API server's objects of one resource.
//
// The list/watch protocol is an explicit state machine (reflector.h). Its Transport, clock, timers
// and random numbers come from outside, so the simulator runs the same code.
// A list of many objects is applied in slices, so that no turn of the event loop is long.
// Core thread only.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/listeners.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/cache_budget.h"
#include "kubeclient/cache/reflector.h"
#include "kubeclient/cache/store.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// What an informer needs from outside. All of it must outlive the informer.
struct InformerEnvironment {
  const Clock& clock;
  Random& random;
  Log& log;
  TimerQueue& timers;
  Transport& transport;
  Decoder& decoder;
  ListGate* list_gate = nullptr;  // shared by all informers of one API server; may be null
  CacheBudget* budget = nullptr;  // shared by all informers of the process; null: no bound
  // How many objects of a list one turn of the event loop applies; after a reset, one turn applies
  // all. 2,000 changed objects take about 10 ms; a million unchanged ones about a second, in 500
  // turns.
  size_t applied_in_one_turn = 2000;
};

template <typename T>
class Informer final : private ReflectorSink {
 public:
  using DecodeFunction = Result<T> (*)(Decoder&, std::string_view);

  Informer(InformerEnvironment environment, ReflectorOptions options, DecodeFunction decode);
  ~Informer() override;
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  void Start() { reflector_.Start(); }
  // After this returns, no callback is called, and the informer is not synced.
  // The store keeps its content, which no watch keeps up to date. The first complete state after
  // the next Start replaces it, or Store::Shed removes it.
  void Stop();
  // Call when the store's content belongs to another cluster, or to a state that etcd no longer has
  // . The informer is no longer synced. The next complete state replaces everything, even an
  // object that the store holds in a higher version.
  void Reset(std::string_view why);
  // Makes the reflector list everything anew, at once or soon (Reflector::Relist).
  void Relist() { reflector_.Relist(); }
  void TryNow(bool was_refused) { reflector_.TryNow(was_refused); }

  // Returns true once the first complete state is applied and every handler has seen it.
  // Returns false again after Stop, after a reset, and when the API server stops serving the
  // resource. The store then keeps its content.
  bool HasSynced() const { return synced_; }
  // Returns true while a list is applied, in one turn or several: the store does not equal that
  // list yet.
  bool is_applying() const { return pending_.has_value(); }
  // Like Reflector::view_at, but a list counts only once all of it is applied.
  MonotonicTime view_at() const { return pending_ ? view_before_list_ : reflector_.view_at(); }
  // Like Store::Fold and Store::FoldDelete. If the budget has no room for the object, Fold cuts it
  // down in the same cases as a watch event does (GiveUpWithoutRoom).
  void Fold(T object);
  void FoldDelete(const ObjectKey& key, const Uid& uid);
  Store<T>& store() { return store_; }
  const Store<T>& store() const { return store_; }
  const Reflector& reflector() const { return reflector_; }

  // Objects whose latest version could not be decoded. No write may be based on the version in the
  // store, if there is one: it may be out of date.
  //
  // A list may have an object without a readable name. Then all objects that the list seems to lack
  // are quarantined, too, because each of them may be the unnamed one. During a reset, the objects
  // that the list seems to lack are removed instead.
  const std::map<ObjectKey, UnreadableObject>& quarantined() const { return quarantined_; }

  // What the informer does when the budget of the environment has no room for an object:
  //   - Without GiveUpWithoutRoom, it makes an object of more than kCutAbove smaller. It drops only
  //     the text of a template (Slim) if that is enough, otherwise more (ObjectMeta::cut). No write
  //     may depend on the parts that were cut off.
  //   - After GiveUpWithoutRoom, it cuts nothing down. Once the budget is full, it calls
  //     on_no_room, and accepts no further complete state until Stop. The listener must stop the
  //     informer, in a later turn of the event loop.
  // GiveUpWithoutRoom is for a cache of many small objects that the process can do without.
  void GiveUpWithoutRoom() { gives_up_ = true; }
  Listeners<> on_no_room;
  // Returns how many objects are cut down.
  size_t cut() const { return cut_; }
  // Returns about how many bytes of memory the cache takes, with the unreadable objects and without
  // interned texts.
  size_t bytes() const { return charged_.all; }
  // Call after code outside the informer has changed the store, for example with Store::Shed.
  void Recount() {
    const CacheBytes held = store_.bytes();
    const CacheBytes& pending = pending_ ? pending_->bytes : incoming_bytes_;
    Charge({held.all + pending.all + UnreadableBytes(), held.large + pending.large});
  }

  // Called when an object gets into quarantined(), and again when a further unreadable version of
  // it has another reason (UnreadableObject::why). A listener must not stop or reset the informer.
  Listeners<const UnreadableObject&> on_unreadable;

  // Called when an unreadable object is readable again, was deleted, or is missing from a new
  // complete state. The handlers of the store do not suffice: if the store already has the readable
  // version, from the reply to a write, it calls none of them.
  Listeners<const UnreadableObject&> on_unreadable_gone;

  // Called when HasSynced becomes true: once after each Start, again after each reset, and again
  // when the API server serves the resource again.
  Listeners<> on_synced;

  // Called when a reset begins: by a call of Reset, or because the server returned to an earlier
  // state. Not called by Reset of a stopped informer. The store keeps its old
  // content until the reset ends, but that content must not be used any more.
  // A listener may stop the informer, or reset others.
  Listeners<> on_reset;

  // Called when list and watch work again, after they failed or after a reset. The server that
  // answers now may belong to another cluster. A listener must not stop or reset the informer.
  Listeners<> on_recovered;

  // Called when the right to list or watch is missing. A listener must not stop or reset the
  // informer.
  Listeners<> on_forbidden;

  // Called when the API server turns out not to serve the resource. HasSynced is false then. A
  // listener must not stop or reset the informer.
  Listeners<> on_not_served;

 private:
  void BeginReplace() override;
  Status AddToReplace(std::string_view object_json, bool deleted) override;
  void AddLongToReplace(const std::optional<UnreadableObject>& object, bool deleted) override;
  Replaced EndReplace(const ResourceVersion& version, bool confirmed) override;
  void AbandonReplace() override;
  Result<ResourceVersion> Apply(WatchEventType type, std::string_view object_json) override;
  void ApplyLong(WatchEventType type, const UnreadableObject& object) override;
  void Reset() override;
  void Recovered() override;
  void Forbidden() override;
  void NotServed() override;

  using Quarantined = std::map<ObjectKey, UnreadableObject>;

  size_t UnreadableBytes() const;
  void Charge(const CacheBytes& bytes);
  void CutIfNoRoom(T& object);
  void NoteNoRoom();

  void List(ObjectKey key, Listed<T> listed);
  void Unlist(const ObjectKey& key);
  void ApplySlices(size_t most);
  void AbandonPending();
  void EndPending();
  Listed<T> ToList(T object) const;
  static Listed<T> AsHeld(const T& held) {
    return {held.meta.uid, held.meta.resource_version, nullptr};
  }
  Result<UnreadableObject> IdentifyPoison(std::string_view object_json, const Error& error);
  static bool IsNewsBeside(const Quarantined& known, const UnreadableObject& object);
  void Quarantine(const UnreadableObject& object);
  void LogPoison(const std::string& object, const std::string& error);
  void RemoveFromReplace(const ObjectKey& key);
  Error KeepFormerVersion(std::string_view object_json, Error error);
  void KeepFormerVersion(const UnreadableObject& poison);
  void ApplyDeleted(const ObjectIdentity& gone);
  void KeepWhatIsMissing();
  bool LooksLikeAMistake() const;
  bool IsOfAnotherPast(const ResourceVersion& version) const;

  InformerEnvironment environment_;
  DecodeFunction decode_;
  ResourceId resource_;
  Store<T> store_;
  Quarantined quarantined_;
  // The complete state that is being collected. An object that the store holds whole and in the
  // same version is not stored twice, except during a reset.
  Listing<T> incoming_;
  Quarantined incoming_quarantined_;
  bool incoming_unnamed_ = false;  // the list has an object without a readable name
  CacheBytes incoming_bytes_;
  size_t incoming_kept_ = 0;  // listed objects that the store holds
  // The store's version of each object that the list shows in an older version.
  std::map<ObjectKey, ResourceVersion> incoming_ahead_;
  // The complete list that is being applied.
  std::optional<Replacement<T>> pending_;
  MonotonicTime view_before_list_;  // the reflector's view_at() when the latest list began
  // The objects that were unreadable before this list, and in this list are readable or missing.
  Quarantined healing_;
  TimerId next_slice_ = 0;
  CacheBytes charged_;  // what this informer has charged to the budget
  size_t cut_ = 0;
  bool gives_up_ = false;
  bool no_room_ = false;  // on_no_room was called: no complete state is accepted until Stop
  bool synced_ = false;
  bool resetting_ = false;  // true until the complete state that ends the reset
  Reflector reflector_;
};

}  // namespace windlass

#include "kubeclient/cache/informer_inl.h"
#include "kubeclient/cache/informer_inl_replace.h"
