// One informer for each resource and projection (the parts of the objects that are cached). Each
// informer has one watch and one copy in memory, however many controllers of this process use it.
// - All informers see the same cluster. If one informer finds that the API server shows another
//   cluster, or an earlier state of the same cluster, all informers start over.
// - An informer that only some workloads need stops some time after the last of these workloads is
//   gone, and gives its memory back.
// Core thread only.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/core/object_fault.h"
#include "controller/runtime/fold_table.h"
#include "controller/runtime/shared_informer.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/cache/cluster_identity.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/cache/list_gate.h"

namespace windlass {

// How long an informer runs on after its last user has called LetGo. In that time a feature may be
// switched off and on, or a workload deleted and created anew, without a new list of all objects.
inline constexpr Duration kInformerLingers = seconds(300);
// How long an informer does not run after Windlass gave it up for lack of memory. Then Windlass
// starts the informer again, which lists all objects of its resource.
inline constexpr Duration kGivenUpFor = seconds(1800);
// How often Windlass checks whether there is room again for objects that are cut down, which means
// cached without their large parts.
inline constexpr Duration kLookForRoom = seconds(300);
// The longest time between two checks for room. The time doubles after each list that did not lower
// the number of objects that are cut down.
inline constexpr Duration kLookForRoomMax = seconds(4800);

class Informers {
 public:
  // Everything in `environment` must outlive this. An empty `watched_namespace` means all
  // namespaces.
  Informers(const InformerEnvironment& environment, std::string watched_namespace);
  ~Informers();
  Informers(const Informers&) = delete;
  Informers& operator=(const Informers&) = delete;

  // Returns the environment of these informers. All of them share its list_gate.
  const InformerEnvironment& environment() const { return environment_; }
  // Logs faults over objects of these informers outside of syncs.
  FaultLog& faults() { return faults_; }
  const std::string& watched_namespace() const { return namespace_; }
  // Returns the options of a watch for all objects of `resource` in the watched namespaces. If the
  // resource is not namespaced, the watch is for all objects of the cluster.
  ReflectorOptions All(const ResourceId& resource) const;

  // Returns the informer with the name of `projection`; the first call with a name makes it. The
  // caller adds listeners to the informer and its store, and calls Use when the informer must run.
  // Once a call has set `projection.folding`, replies are folded into the store.
  template <typename T>
  SharedInformer<T>& Of(Projection<T> projection);

  // The table that folds replies into the stores of these informers.
  FoldTable& folds() { return folds_; }
  const FoldTable& folds() const { return folds_; }

  // Adds one use to each informer in `wanted`. Starts the informers that had no use before, in the
  // order of `wanted`, and then their audits. Each use must be ended by one Release or LetGo.
  void Use(std::initializer_list<AnyInformer*> wanted);
  // Ends one use of each informer in `unwanted`, and stops the informers that have no use left. A
  // stopped informer makes no callback after Release returns. Exception: a store that is being
  // emptied still reports each deletion.
  void Release(std::initializer_list<AnyInformer*> unwanted);
  // Like Release, but a running informer that has no use left runs on for kInformerLingers. If a
  // controller uses the informer again in that time, its cache is still complete. Otherwise the
  // informer stops, and its store is emptied, with a deletion for each object.
  void LetGo(std::initializer_list<AnyInformer*> unwanted);

  // Call when the API server is back. Informers that wait after a failure then retry soon, and
  // Windlass checks which cluster answers. If connections were refused (`was_refused`), another
  // server may answer now, so every informer asks for a complete state again.
  void TryNow(bool was_refused);

  // Called once each time that all informers start over, because another cluster answers or the
  // cluster was restored to an earlier state. At that time no informer is synced, and no store
  // shows the new state.
  std::function<void()> on_reset;

  // Called when an informer has stopped and its store is empty, so that memory can be given back.
  std::function<void()> on_emptied;

  // Returns the snapshots of the informers in use, in the order in which Of has made the informers.
  std::vector<InformerSnapshot> Snapshots() const;

 private:
  template <typename T>
  SharedInformer<T>* Find(const std::string& name) const;
  template <typename T>
  SharedInformer<T>& Make(Projection<T> projection);
  void Reset(std::string_view why);
  void CheckIdentity();
  void Run(const std::vector<AnyInformer*>& informers);
  void StopWaiting(AnyInformer& informer);
  void Stop(AnyInformer& informer);
  void ShedLater(AnyInformer& informer);
  void GiveUp(AnyInformer& informer);
  void LookForRoom();

  ListGate list_gate_;
  InformerEnvironment environment_;
  FaultLog faults_;
  const std::string namespace_;
  FoldTable folds_;
  std::vector<std::unique_ptr<AnyInformer>> informers_;
  ClusterIdentity identity_;
  TimerId look_for_room_ = 0;
  Duration room_wait_ = kLookForRoom;
  // How many objects were cut down at the last check. SIZE_MAX if the last check did not list any
  // resource again.
  size_t cut_at_relist_ = SIZE_MAX;
  bool resetting_ = false;
  bool started_ = false;
};

template <typename T>
SharedInformer<T>& Informers::Of(Projection<T> projection) {
  const std::optional<ReplyFolding<T>> folding = projection.folding;
  SharedInformer<T>* known = Find<T>(projection.name);
  SharedInformer<T>& informer = known != nullptr ? *known : Make(std::move(projection));
  if (folding) informer.FoldReplies(folds_, *folding);
  return informer;
}

template <typename T>
SharedInformer<T>* Informers::Find(const std::string& name) const {
  for (const auto& informer : informers_) {
    if (informer->name() != name) continue;
    auto* known = dynamic_cast<SharedInformer<T>*>(informer.get());
    WL_ASSERT(known != nullptr);  // fails if two projections have the same name
    return known;
  }
  return nullptr;
}

template <typename T>
SharedInformer<T>& Informers::Make(Projection<T> projection) {
  auto made = std::make_unique<SharedInformer<T>>(environment_, std::move(projection));
  SharedInformer<T>& informer = *made;
  informers_.push_back(std::move(made));
  informer.informer.on_reset.Add([this] { Reset("the cache of another resource was reset"); });
  informer.informer.on_recovered.Add([this] { CheckIdentity(); });
  informer.informer.on_no_room.Add([this, &informer] {
    // GiveUp runs in a later turn of the event loop, because the reflector that calls this function
    // is still busy.
    environment_.timers.Cancel(informer.try_again_);
    informer.try_again_ =
        environment_.timers.At(environment_.clock.Now(), [this, &informer] { GiveUp(informer); });
  });
  return informer;
}

}  // namespace windlass
