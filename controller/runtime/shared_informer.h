// An informer that the controllers of a process share, with the audit of its cache, and with the
// row that puts replies into its store (fold_table.h). The informer runs from its first Use until
// its last user calls Release, or until some time after its last user calls LetGo (informers.h).
// Exception: it does not run while it is given up for lack of room. Core thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "controller/runtime/fold_table.h"
#include "controller/runtime/listed_versions.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/listeners.h"
#include "kubeclient/cache/cache_audit.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/cache/reflector.h"

namespace windlass {

// What the metrics page shows of one informer.
struct InformerSnapshot {
  std::string resource;  // the informer's name: "pods" or "whole_pods"
  bool synced = false;
  size_t objects = 0;
  size_t quarantined = 0;
  size_t cut = 0;         // objects cached without their large parts, for lack of room
  size_t bytes = 0;       // of memory that the cache takes, without interned texts
  bool given_up = false;  // the informer does not run, for lack of room
  uint64_t duplicates = 0;
  uint64_t stale = 0;
  ReflectorCounters reflector;
  double last_version = 0;  // resourceVersion as a number; 0 if it is not a number
  double seconds_since_last_heard = 0;
  double seconds_since_last_bookmark = 0;
  double sync_seconds = 0;  // how long it took to get the first complete state; 0 before that
  CacheAuditCounters audit;
};

// Returns a snapshot with the values of `reflector` and `audit`. The numbers about the store are
// left at 0.
InformerSnapshot SnapshotOf(std::string resource, const Reflector& reflector,
                            const CacheAuditCounters& audit, MonotonicTime now);

template <typename T>
InformerSnapshot SnapshotOf(std::string resource, const Informer<T>& informer,
                            const CacheAuditCounters& audit, MonotonicTime now) {
  InformerSnapshot seen = SnapshotOf(std::move(resource), informer.reflector(), audit, now);
  seen.synced = informer.HasSynced();
  seen.objects = informer.store().size();
  seen.quarantined = informer.quarantined().size();
  seen.cut = informer.cut();
  seen.bytes = informer.bytes();
  seen.duplicates = informer.store().duplicates();
  seen.stale = informer.store().stale();
  return seen;
}

// How replies are folded into the store of an informer: the object in the reply to a write of
// Windlass, or to an uncached read, is put into the store before the watch brings that object.
template <typename T>
struct ReplyFolding {
  // Returns true for an object that the watch selects. Null if the watch selects all objects. If
  // the object of a reply is not selected, it is removed from the store, because the watch would
  // never update it there. Example: a Pod that has ended.
  bool (*selects)(const T&) = nullptr;
  // True: an object is removed from the store as soon as the reply to its deletion, or an uncached
  // read, shows that the object is gone. False: the object is removed when the watch shows the
  // deletion.
  bool removes = false;

  bool operator==(const ReplyFolding&) const = default;
};

// What is watched, and what is kept of each object. Two projections of one resource have different
// names: "pods" for the metadata of Pods, "whole_pods" for all fields that are read.
template <typename T>
struct Projection {
  std::string name;  // also the value of the label `resource` in metrics
  ReflectorOptions options;
  typename Informer<T>::DecodeFunction decode;
  std::optional<ReplyFolding<T>> folding{};  // nullopt: replies are not folded
  // True: if there is no room for all objects, the process goes on without this cache. Set
  // for a cache that holds many small objects and that only some workloads need.
  bool gives_up = false;
};

class AnyInformer {
 public:
  explicit AnyInformer(std::string name) : name_(std::move(name)) {}
  virtual ~AnyInformer() = default;
  AnyInformer(const AnyInformer&) = delete;
  AnyInformer& operator=(const AnyInformer&) = delete;

  const std::string& name() const { return name_; }
  // Returns true while the informer has a user, and for some time after its last user has called
  // LetGo.
  bool used() const { return users_ > 0; }
  // Returns why the informer does not run although it is used; "" if it runs or is not used.
  // Example: "pods: Windlass may use 96 MiB for all caches, which leaves no room for all pods;
  // raise the memory limit of Windlass". Windlass starts a given-up informer again after
  // kGivenUpFor.
  const std::string& given_up() const { return given_up_; }
  bool running() const { return used() && given_up_.empty(); }
  // Called when the informer is given up.
  Listeners<> on_given_up;

  virtual void Start() = 0;
  virtual void StartAudit() = 0;
  virtual void Stop() = 0;  // stops the audit too
  // Removes up to `most` objects from the store. Returns true if the store is empty. Call it only
  // while the informer does not run.
  virtual bool Shed(size_t most) = 0;
  virtual void Reset(std::string_view why) = 0;
  virtual void TryNow(bool was_refused) = 0;
  virtual void Relist() = 0;
  // Returns the whole size of the smallest object that is cut down, which means cached without its
  // large parts. Returns 0 if no object is cut down.
  virtual size_t SmallestCut() const = 0;
  virtual size_t cut() const = 0;  // number of objects that are cut down
  virtual Listeners<>& on_no_room() = 0;
  virtual bool HasSynced() const = 0;
  virtual MonotonicTime view_at() const = 0;  // when the store last matched the API server
  virtual const Reflector& reflector() const = 0;
  // Each of these calls the member of Informer with the same name.
  virtual const std::map<ObjectKey, UnreadableObject>& quarantined() const = 0;
  virtual Listeners<const UnreadableObject&>& on_unreadable() = 0;
  virtual Listeners<const UnreadableObject&>& on_unreadable_gone() = 0;
  virtual Listeners<>& on_synced() = 0;
  virtual Listeners<>& on_recovered() = 0;
  virtual Listeners<>& on_not_served() = 0;
  // Returns the cache, for a comparison with a list (LeadershipBarrier).
  virtual ComparedCache Compared() const = 0;
  // Returns what is wrong with the watch, or that the first list is not complete yet. Returns "" if
  // all is well, or if the informer is given up (given_up() then says why).
  std::string Trouble() const;
  virtual InformerSnapshot Snapshot(MonotonicTime now) const = 0;

 private:
  friend class Informers;
  const std::string name_;
  int users_ = 0;
  bool lingers_ = false;  // its last user called LetGo, but is still counted in users_
  TimerId timer_ = 0;     // stops the informer that lingers, or empties its store bit by bit
  std::string given_up_;
  TimerId try_again_ = 0;  // first gives the informer up, in a later turn; then restarts it
};

template <typename T>
class SharedInformer final : public AnyInformer {
 public:
  SharedInformer(const InformerEnvironment& environment, Projection<T> projection)
      : AnyInformer(std::move(projection.name)),
        informer(environment, std::move(projection.options), projection.decode),
        decoder_(environment.decoder),
        decode_(projection.decode),
        audit_(environment, informer) {
    if (projection.gives_up) informer.GiveUpWithoutRoom();
  }

  // Registers with `table` a row that puts replies into the store of this informer. Further calls
  // do nothing, so that a reply is stored once, however many controllers share the informer. All
  // callers must pass the same `folding`. `table` must not be used after the informer is destroyed.
  void FoldReplies(FoldTable& table, const ReplyFolding<T>& folding);

  void Start() override { informer.Start(); }
  void StartAudit() override { audit_.Start(); }
  void Stop() override {
    audit_.Stop();
    informer.Stop();
  }
  bool Shed(size_t most) override {
    const bool empty = informer.store().Shed(most);
    informer.Recount();
    return empty;
  }
  void Relist() override { informer.Relist(); }
  size_t SmallestCut() const override;
  size_t cut() const override { return informer.cut(); }
  Listeners<>& on_no_room() override { return informer.on_no_room; }
  void Reset(std::string_view why) override { informer.Reset(why); }
  void TryNow(bool was_refused) override { informer.TryNow(was_refused); }
  bool HasSynced() const override { return informer.HasSynced(); }
  MonotonicTime view_at() const override { return informer.view_at(); }
  const Reflector& reflector() const override { return informer.reflector(); }
  const std::map<ObjectKey, UnreadableObject>& quarantined() const override {
    return informer.quarantined();
  }
  Listeners<const UnreadableObject&>& on_unreadable() override { return informer.on_unreadable; }
  Listeners<const UnreadableObject&>& on_unreadable_gone() override {
    return informer.on_unreadable_gone;
  }
  Listeners<>& on_synced() override { return informer.on_synced; }
  Listeners<>& on_recovered() override { return informer.on_recovered; }
  Listeners<>& on_not_served() override { return informer.on_not_served; }
  ComparedCache Compared() const override { return windlass::Compared(informer); }
  InformerSnapshot Snapshot(MonotonicTime now) const override {
    InformerSnapshot seen = SnapshotOf(name(), informer, audit_.counters(), now);
    seen.given_up = !given_up().empty();
    return seen;
  }

  Informer<T> informer;

  // Called with the object in each reply that is folded, before the store holds it. Not called for
  // the reply to a deletion.
  Listeners<const Request&, const T&> on_reply;

 private:
  // Both require that FoldReplies was called.
  void Fold(T object);
  void FoldDeleted(const Request& request, std::string_view body);

  Decoder& decoder_;
  const typename Informer<T>::DecodeFunction decode_;
  CacheAudit<T> audit_;
  std::optional<ReplyFolding<T>> folding_{};  // nullopt: no row is registered
};

// While the informer does not run, the row drops each reply, because no watch would later update
// the object in the store.
template <typename T>
void SharedInformer<T>::FoldReplies(FoldTable& table, const ReplyFolding<T>& folding) {
  if (folding_) {
    WL_ASSERT(*folding_ == folding);  // fails if two callers pass different folding
    return;
  }
  folding_ = folding;
  FoldTable::Row row;
  row.fold = [this](const Request& request, std::string_view body) -> Status {
    WINDLASS_TRY(T object, decode_(decoder_, body));
    if (!running()) return Unit{};
    on_reply(request, object);
    Fold(std::move(object));
    return Unit{};
  };
  if (folding.removes) {
    row.deleted = [this](const Request& request, std::string_view body) {
      if (running()) FoldDeleted(request, body);
    };
    row.gone = [this](const ObjectKey& key, const Uid& uid) {
      if (running()) informer.FoldDelete(key, uid);
    };
  }
  table.Add(reflector().options().resource, std::move(row));
}

template <typename T>
size_t SharedInformer<T>::SmallestCut() const {
  size_t smallest = 0;
  if (informer.cut() == 0) return smallest;
  informer.store().ForEach([&smallest](const T& object) {
    const size_t bytes = object.meta.cut_bytes;
    if (bytes > 0 && (smallest == 0 || bytes < smallest)) smallest = bytes;
  });
  return smallest;
}

template <typename T>
void SharedInformer<T>::Fold(T object) {
  if (folding_->selects == nullptr || folding_->selects(object)) {
    informer.Fold(std::move(object));
  } else {
    informer.FoldDelete(KeyOf(object.meta), object.meta.uid);
  }
}

// What `body` contains:
// - the terminating object, if finalizers or a grace period keep it for now
// - nothing, if the object was gone already
// - otherwise a Status, because the object is gone now
template <typename T>
void SharedInformer<T>::FoldDeleted(const Request& request, std::string_view body) {
  Result<T> kept = decode_(decoder_, body);
  if (kept.ok() && kept->meta.deleting()) {
    Fold(std::move(kept).value());
  } else {
    informer.FoldDelete(request.key(), request.uid());
  }
}

}  // namespace windlass
