// The cached objects of one kind that owns ReplicaSets. The store returns each object as a
// Workload.
//
// WorkloadCache and WakeUps read the objects through WorkloadStore, so their code is the same for
// all kinds. For each kind there is one WorkloadStoreOf<T>, where T is the API type of the kind.
// Its constructor takes a projection, and a function that makes a Workload from a T. Core thread
// only.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/core/object_fault.h"
#include "controller/runtime/informers.h"
#include "controller/workload/workload.h"
#include "kubeclient/api/object_meta.h"

namespace windlass {

// A change in a store. Its pointers and views are valid only until the handler returns. Even if no
// handler knows the object yet, `before` is set when `is_faulty` is true: it then has the metadata
// of the version of which no Workload can be made.
struct WorkloadChange {
  const ObjectMeta* before = nullptr;     // metadata of the former version; null if newly added
  const Workload* now = nullptr;          // null if the workload was deleted, or is_faulty is true
  const Workload* edited_from = nullptr;  // the former version, if its generation differs
  bool is_faulty = false;                 // the object exists, and no Workload can be made of it
};

// A Workload that the store returns refers to the stored object, and is valid only until the next
// change of the store.
//
// The code that makes a Workload belongs to the planner, and may fail for one object
// (object_fault.h). In a sync, the failure ends the sync. Everywhere else, an object of which no
// Workload can be made counts as gone:
//   - Find and FindByUid return nullopt. ForEach and ForEachIn leave the object out.
//   - Handlers see a deletion, with WorkloadChange::is_faulty. When a Workload can be made of a
//     later version, handlers see an added object. A handler that counts deletions, or forgets an
//     object when it is deleted, must look at is_faulty.
// FindMeta, ForEachKey, After and size do not make Workloads, so they show such an object.
class WorkloadStore {
 public:
  using Visit = std::function<void(const Workload&)>;
  using ChangeHandler = std::function<void(const WorkloadChange&)>;

  WorkloadStore() = default;
  virtual ~WorkloadStore() = default;
  WorkloadStore(const WorkloadStore&) = delete;
  WorkloadStore& operator=(const WorkloadStore&) = delete;

  virtual AnyInformer& informer() = 0;
  virtual const AnyInformer& informer() const = 0;
  const ResourceId& resource() const { return informer().reflector().options().resource; }

  // Registers a handler. Call before the store has objects, because the handler does not get the
  // objects that the store has already. (Store<T>::OnChange reports such objects as added.)
  virtual void OnChange(ChangeHandler handler) = 0;
  // Like OnChange, for a handler that need not know what changed. It is cheaper, because no
  // Workload is made.
  virtual void OnAnyChange(std::function<void()> handler) = 0;

  // Returns the workload with that key; nullopt if there is none.
  virtual std::optional<Workload> Find(const ObjectKey& key) const = 0;
  // Returns the workload with that key and that uid; nullopt if there is none (D-019).
  virtual std::optional<Workload> FindByUid(const ObjectKey& key, const Uid& uid) const = 0;
  // Returns the metadata of the object with that key; null if there is none. Valid until the next
  // change of the store. Cheaper than Find.
  virtual const ObjectMeta* FindMeta(const ObjectKey& key) const = 0;
  // Visits every key, in order.
  virtual void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const = 0;
  // ForEach and ForEachIn visit in order of key.
  virtual void ForEach(const Visit& visit) const = 0;
  virtual void ForEachIn(std::string_view namespace_, const Visit& visit) const = 0;
  // Returns the first key after `key`, in order; nullopt if there is none. Returns the first key of
  // all if `key` is nullopt.
  virtual std::optional<ObjectKey> After(const std::optional<ObjectKey>& key) const = 0;
  virtual size_t size() const = 0;
};

template <typename T>
class WorkloadStoreOf : public WorkloadStore {
 public:
  using AsWorkload = std::function<Workload(const T& object)>;

  // `informers` must outlive the store. The constructor does not call `as_workload`.
  WorkloadStoreOf(Informers& informers, Projection<T> projection, AsWorkload as_workload)
      : faults_(informers.faults()),
        shared_(informers.Of<T>(std::move(projection))),
        as_workload_(std::move(as_workload)) {}

  SharedInformer<T>& informer() override { return shared_; }
  const SharedInformer<T>& informer() const override { return shared_; }
  // The objects themselves, with the fields that only this kind has.
  Store<T>& objects() { return shared_.informer.store(); }
  const Store<T>& objects() const { return shared_.informer.store(); }

  // The first call registers Tell with the store. Tell makes the Workloads of a change once, and
  // passes them to all handlers.
  void OnChange(ChangeHandler handler) override {
    if (handlers_.empty()) {
      objects().OnChange([this](const Change<T>& change) { Tell(change); });
    }
    handlers_.push_back(std::move(handler));
  }
  void OnAnyChange(std::function<void()> handler) override {
    objects().OnChange([handler = std::move(handler)](const Change<T>&) { handler(); });
  }
  std::optional<Workload> Find(const ObjectKey& key) const override {
    return Of(objects().Find(key));
  }
  std::optional<Workload> FindByUid(const ObjectKey& key, const Uid& uid) const override {
    return Of(objects().FindByUid(key, uid));
  }
  const ObjectMeta* FindMeta(const ObjectKey& key) const override {
    const T* object = objects().Find(key);
    return object != nullptr ? &object->meta : nullptr;
  }
  void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const override {
    objects().ForEach([&](const T& object) { visit(KeyOf(object.meta)); });
  }
  void ForEach(const Visit& visit) const override {
    objects().ForEach([&](const T& object) { VisitOne(&object, visit); });
  }
  void ForEachIn(std::string_view namespace_, const Visit& visit) const override {
    for (const T* object : objects().InNamespace(namespace_)) VisitOne(object, visit);
  }
  std::optional<ObjectKey> After(const std::optional<ObjectKey>& key) const override {
    const T* next = objects().After(key);
    if (next == nullptr) return std::nullopt;
    return KeyOf(next->meta);
  }
  size_t size() const override { return objects().size(); }

 private:
  void VisitOne(const T* object, const Visit& visit) const {
    if (const std::optional<Workload> workload = Of(object)) visit(*workload);
  }
  void Tell(const Change<T>& change) {
    const T* now = change.new_object;
    // If no Workload could be made of the former version, handlers have seen a deletion of the
    // object. For them, the new version is an added object.
    const T* before = change.old_object;
    if (before != nullptr && failed_.erase(before->meta.uid) > 0 && now != nullptr)
      before = nullptr;
    const std::optional<Workload> workload = Of(now);
    if (now != nullptr && !workload) {
      failed_.insert(now->meta.uid);
      if (before == nullptr) before = now;  // names the object that handlers are to forget
    }
    const bool edited =
        before != nullptr && workload && before->meta.generation != now->meta.generation;
    const std::optional<Workload> edited_from = Of(edited ? before : nullptr);
    const WorkloadChange told{.before = before != nullptr ? &before->meta : nullptr,
                              .now = workload ? &*workload : nullptr,
                              .edited_from = edited_from ? &*edited_from : nullptr,
                              .is_faulty = now != nullptr && !workload};
    for (const ChangeHandler& handler : handlers_) handler(told);
  }
  std::optional<Workload> Of(const T* object) const {
    if (object == nullptr) return std::nullopt;
    const auto make = [this, object] { return as_workload_(*object); };
    return KnownOf(faults_, resource(), object->meta, make);
  }

  FaultLog& faults_;
  SharedInformer<T>& shared_;
  const AsWorkload as_workload_;
  std::vector<ChangeHandler> handlers_;
  std::set<Uid> failed_;  // objects of whose latest version no Workload can be made
};

}  // namespace windlass
