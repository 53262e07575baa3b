// An informer: a store kept equal to the API server's objects of one resource by list and watch.
//
// The protocol is an explicit state machine (reflector.h) that needs only a Transport, timers and a
// random number; the same object runs in the simulator. Core thread only.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/cache/reflector.h"
#include "kubeclient/cache/store.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// Everything an informer needs from outside; all must outlive it.
struct InformerEnvironment {
  const Clock& clock;
  Random& random;
  Log& log;
  TimerQueue& timers;
  Transport& transport;
  Decoder& decoder;
  ListGate* list_gate = nullptr;  // shared by all informers of one API server; may be null
};

template <typename T>
class Informer final : private ReflectorSink {
 public:
  using DecodeFunction = Result<T> (Decoder::*)(std::string_view);

  Informer(InformerEnvironment environment, ReflectorOptions options, DecodeFunction decode);

  void Start() { reflector_.Start(); }
  // No callback after it returns.
  void Stop() { reflector_.Stop(); }
  // What is held belongs to another cluster, or to a past that was taken back: not synced
  // from now on; the next complete state replaces everything, whatever its versions.
  void Reset(std::string_view why) { reflector_.Reset(why); }
  // Gets a complete state anew, soon.
  void Relist() { reflector_.Relist(); }
  void TryNow() { reflector_.TryNow(); }

  // True once the first complete state was applied and every handler has seen it. Stays
  // true until a reset.
  bool HasSynced() const { return synced_; }
  Store<T>& store() { return store_; }
  const Store<T>& store() const { return store_; }
  const Reflector& reflector() const { return reflector_; }

  // Objects whose latest version could not be decoded. The store holds the last one that could, if
  // there was one: known to be out of date, so nothing may be written that leans on it.
  const std::map<ObjectKey, UnreadableObject>& quarantined() const { return quarantined_; }

  // An unreadable object was deleted: unlike its next readable version, that need not be a change
  // of the store.
  std::function<void(const UnreadableObject&)> on_unreadable_gone;

  // Called whenever HasSynced becomes true: once, and once more after each reset.
  std::function<void()> on_synced;

  // A reset begins, by a call of Reset or because the server went back: the store
  // still shows what it held, which is to be leaned on no more, and changes only with the complete
  // state that ends the reset. May stop the informer, or reset others.
  std::function<void()> on_reset;

  // All is well again after a failure: whoever answers now may be another cluster. Must not stop or
  // reset the informer.
  std::function<void()> on_recovered;

  // The right to list or watch has turned out to be missing. Must not stop or reset the informer.
  std::function<void()> on_forbidden;

 private:
  void BeginReplace() override;
  Status AddToReplace(std::string_view object_json, bool deleted) override;
  Replaced EndReplace(const ResourceVersion& version, bool confirmed) override;
  void AbandonReplace() override;
  Result<ResourceVersion> Apply(WatchEventType type, std::string_view object_json) override;
  void Reset() override;
  void Recovered() override;
  void Forbidden() override;

  using Quarantine = std::map<ObjectKey, UnreadableObject>;

  Listed<T> ToList(T object) const;
  static Listed<T> AsHeld(const T& held) {
    return {held.meta.uid, held.meta.resource_version, nullptr};
  }
  Result<UnreadableObject> IdentifyPoison(std::string_view object_json, const Error& error);
  void TellGone(const Quarantine& former);
  Error KeepFormerVersion(std::string_view object_json, Error error);
  void KeepWhatIsMissing();
  bool LooksLikeAMistake() const;
  bool IsOfAnotherPast(const ResourceVersion& version) const;

  InformerEnvironment environment_;
  DecodeFunction decode_;
  Resource resource_;
  Store<T> store_;
  Quarantine quarantined_;
  // The replacement that is being collected. What is held in the same version is not held twice.
  Listing<T> incoming_;
  Quarantine incoming_quarantined_;
  bool incoming_unnamed_ = false;  // it has an object without a readable name
  bool synced_ = false;
  bool resetting_ = false;  // until the complete state that ends it
  Reflector reflector_;
};

}  // namespace windlass

#include "kubeclient/cache/informer_inl.h"
