// The informers a Deployment controller reads, and the view of one Deployment made from them.
//
// Deployments and ReplicaSets are watched from the start. Pods are watched, as metadata without
// terminal phases, from the first Recreate Deployment on: a rolling update reads ReplicaSets alone,
// so Pod storms cost nothing (docs/design/005). In-place updates see more, from the first
// Deployment on that asks for them (in_place_cache.h). Survives terms of leadership. Core thread
// only.
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

  // Called when the informers of in-place updates are first needed: they take further rights.
  std::function<void()> on_watch_for_in_place;

  // A Deployment's turn to be looked at again, although nothing happened to it.
  std::function<void(const ObjectKey&)> on_resync;

  // A right to watch is back, and views are no more of what was long ago.
  std::function<void()> on_thaw;

  // Deployments and ReplicaSets, and Pods if they are watched, are complete. What in-place updates
  // need is no part of it: only the Deployments that ask for them wait.
  bool HasSynced() const;
  // Why not, or what is wrong with a watch now: one line per informer in trouble. In-place updates
  // have their own, InPlaceCache::Troubles.
  std::vector<std::string> Troubles() const;

  // Returns the view of a Deployment, or nullopt if it is not in the cache. Pointers are valid
  // until the next change of a store.
  std::optional<View> ViewOf(const ObjectKey& key) const;

  // It asks for updates in place, or one of its ReplicaSets remembers that it did: its view has all
  // that they need.
  bool ConcernsInPlace(const Deployment& deployment) const;

  // The Deployment that a controller reference of an object in `namespace_` points to, if it is
  // cached with that uid (D-019); nullptr otherwise.
  const Deployment* ResolveOwner(const Symbol& namespace_, const OwnerReference& reference) const;

  // Whether an unreadable ReplicaSet counts as this Deployment's.
  static bool MayOwn(const Deployment& deployment, const UnreadableObject& rs);

  Informer<Deployment>& deployments() { return deployments_.informer; }
  const Informer<Deployment>& deployments() const { return deployments_.informer; }
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
