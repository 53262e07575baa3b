// One informer for each resource and projection: one watch and one copy in memory, however many
// controllers of this process use it. All informers see the same cluster, and start over together
// . An informer that only some workloads need ends some time after the last of them is gone,
// and gives its memory back. Core thread only.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/runtime/fold_table.h"
#include "controller/runtime/shared_informer.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/cache/cluster_identity.h"
#include "kubeclient/cache/informer.h"
#include "kubeclient/cache/list_gate.h"

namespace windlass {

// How long an informer runs on after the last controller has let it go. This way no list of all
// Pods is needed if a user switches a feature off and on again, or deletes a workload and creates
// it anew.
inline constexpr Duration kInformerLingers = seconds(300);
// An informer that was given up for lack of memory is started again after this time. Each start
// lists all objects of its resource.
inline constexpr Duration kGivenUpFor = seconds(1800);
// How often to look whether there is room for objects that are cut down, which means cached without
// their large parts.
inline constexpr Duration kLookForRoom = seconds(300);
// The longest time between two such looks, reached after lists that restored no object.
inline constexpr Duration kLookForRoomMax = seconds(4800);

class Informers {
 public:
  // Everything in `environment` must outlive this. An empty `watched_namespace` means all
  // namespaces.
  Informers(const InformerEnvironment& environment, std::string watched_namespace);
  ~Informers();
  Informers(const Informers&) = delete;
  Informers& operator=(const Informers&) = delete;

  // Returns the environment, with the list gate that all informers share.
  const InformerEnvironment& environment() const { return environment_; }
  const std::string& watched_namespace() const { return namespace_; }
  // Returns what to watch to see all objects of `resource` in the watched namespaces, or all
  // objects if the resource is not namespaced.
  ReflectorOptions All(const ResourceId& resource) const;

  // Returns the informer with the name of `projection`; the first call with a name makes the
  // informer. The caller adds listeners to the informer and its store, and calls Use while the
  // informer must run. After the first call whose projection has `folding`, replies are folded into
  // the store.
  template <typename T>
  SharedInformer<T>& Of(Projection<T> projection);

  // How replies are folded into the stores of these informers.
  FoldTable& folds() { return folds_; }
  const FoldTable& folds() const { return folds_; }

  // Starts those of `wanted` that are not used() yet, in that order, and then their audits. Each
  // Use must be ended by one Release or LetGo.
  void Use(std::initializer_list<AnyInformer*> wanted);
  // Stops those that no controller uses any more. These informers make no callback after Release
  // returns. Exception: a store that is being emptied goes on reporting its deletions.
  void Release(std::initializer_list<AnyInformer*> unwanted);
  // Ends a use as Release does, but an informer that no controller uses any more runs on for
  // kInformerLingers. If a controller uses the informer again before that time is over, the
  // informer is complete at once. Otherwise the informer stops, and its store is emptied; handlers
  // see the objects deleted.
  void LetGo(std::initializer_list<AnyInformer*> unwanted);

  // Call when the API server is back: informers that are waiting after a failure retry soon, and
  // the server's cluster identity is checked. If `was_refused` is true, connections were refused
  // and another server may answer now, so every informer asks for a complete state.
  void TryNow(bool was_refused);

  // Called when all informers start over, because another cluster answers or the cluster was
  // restored to an earlier state. Called once per reset, at a time when no informer is synced and
  // no store shows the new state yet.
  std::function<void()> on_reset;

  // Called when the store of an informer that has ended is empty, so that memory can be given back.
  std::function<void()> on_emptied;

  // Returns the snapshots of the informers in use, ordered by the first call of Of for each.
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
  const std::string namespace_;
  FoldTable folds_;
  std::vector<std::unique_ptr<AnyInformer>> informers_;
  ClusterIdentity identity_;
  TimerId look_for_room_ = 0;
  Duration room_wait_ = kLookForRoom;
  // Number of objects cut down at the last look; SIZE_MAX if that look relisted nothing.
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
    WL_ASSERT(known != nullptr);  // false: two projections have the same name
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
    // GiveUp runs in a later turn, because the reflector, which calls this, is still busy.
    environment_.timers.Cancel(informer.try_again_);
    informer.try_again_ =
        environment_.timers.At(environment_.clock.Now(), [this, &informer] { GiveUp(informer); });
  });
  return informer;
}

}  // namespace windlass
