// The informers that a Deployment controller reads, and the view of one Deployment made from them.
//
// Deployments and ReplicaSets are watched from the start. Pods are watched, as metadata without
// terminal phases, from the first Recreate Deployment on: a rolling update reads ReplicaSets alone,
// so Pod storms cost nothing (docs/design/005). In-place updates need more informers, which run
// from the first Deployment on that asks for them (in_place_cache.h). The cache outlives terms of
// leadership. Core thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "controller/runtime/in_place_cache.h"
#include "controller/runtime/informers.h"
#include "controller/view.h"
#include "kubeclient/api/decode_interest.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/cache/resync.h"

namespace windlass {

class ClusterCache {
 public:
  // `informers` must outlive the cache.
  explicit ClusterCache(Informers& informers);
  ClusterCache(const ClusterCache&) = delete;
  ClusterCache& operator=(const ClusterCache&) = delete;

  void Start();
  void Stop();

  // Starts the Pod informer if it is not running yet.
  void WatchPods();
  // Starts the informers of in-place updates if they are not running yet.
  void WatchForInPlace();

  // Called when the informers of in-place updates are first needed: they need further rights.
  std::function<void()> on_watch_for_in_place;

  // Called when it is a Deployment's turn to be synced again although nothing happened to it
  //
  std::function<void(const ObjectKey&)> on_resync;

  // Called when a right to watch is back, so that views show present objects again.
  std::function<void()> on_thaw;

  // Returns true if Deployments and ReplicaSets are complete, and Pods if they are watched. The
  // informers of in-place updates do not matter here: only the Deployments that ask for such
  // updates wait for them.
  bool HasSynced() const;
  // Returns why HasSynced is false, or what is wrong with a watch now: one line per informer in
  // trouble. Leaves out in-place updates, which have InPlaceCache::Troubles.
  std::vector<std::string> Troubles() const;

  // Returns the view of a Deployment, or nullopt if it is not in the cache. Pointers are valid
  // until the next change of a store.
  std::optional<View> ViewOf(const ObjectKey& key) const;

  // Returns true if `deployment` asks for in-place updates, or if annotations of one of its
  // ReplicaSets show that it did. Its view then has all that such updates need.
  bool ConcernsInPlace(const Deployment& deployment) const;

  // Returns the Deployment that a controller reference of an object in `namespace_` points to;
  // nullptr if none with that uid is cached (D-019).
  const Deployment* ResolveOwner(const Symbol& namespace_, const OwnerReference& reference) const;

  // Returns true if the unreadable ReplicaSet `rs` may belong to `deployment`.
  static bool MayOwn(const Deployment& deployment, const UnreadableObject& rs);

  Informer<Deployment>& deployments() { return deployments_.informer; }
  const Informer<Deployment>& deployments() const { return deployments_.informer; }
  Listeners<const Request&, const Deployment&>& on_deployment_reply() {
    return deployments_.on_reply;
  }
  Informer<ReplicaSet>& replica_sets() { return replica_sets_.informer; }
  const Informer<ReplicaSet>& replica_sets() const { return replica_sets_.informer; }
  Informer<PodMetadata>& pods() { return pods_.informer; }
  const Informer<PodMetadata>& pods() const { return pods_.informer; }
  bool watches_pods() const { return watches_pods_; }
  InPlaceCache& in_place() { return in_place_; }
  const InPlaceCache& in_place() const { return in_place_; }

 private:
  template <typename T>
  void ThawWith(Informer<T>& informer);
  bool Frozen(const Reflector& reflector) const;
  std::string UnreadableOf(const Deployment& deployment) const;  // View::unreadable
  std::optional<Fingerprint> KnownTemplate(const ObjectMeta& meta, const Fingerprint& text) const;

  Informers& informers_;
  const Clock& clock_;
  SharedInformer<Deployment>& deployments_;
  SharedInformer<ReplicaSet>& replica_sets_;
  SharedInformer<PodMetadata>& pods_;
  InPlaceCache in_place_;
  Resync resync_;
  RegisteredInterest known_templates_;
  bool started_ = false;
  bool watches_pods_ = false;
  bool watches_for_in_place_ = false;
};

}  // namespace windlass
