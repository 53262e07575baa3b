// The informers that a controller of workloads reads, and the views that are made from them.
//
// The informers run at different times:
//   - the informers of workloads and ReplicaSets: from the start.
//   - the informer of Pods: while there is a workload with the strategy Recreate. A rolling update
//     reads only ReplicaSets, so changes of Pods cost it nothing (docs/design/005). This informer
//     has only the metadata of Pods, and leaves out Pods that have ended.
//   - the informers of an extension, such as in-place updates: while a workload asks for the
//     extension, or has a ReplicaSet which shows that the workload asked before
//     (watch_extension.h).
// When no workload needs Pods or the extension any more, their informers run on for some time
// . The cache outlives terms of leadership. Core thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "controller/runtime/informers.h"
#include "controller/runtime/listed_versions.h"
#include "controller/workload/view.h"
#include "controller/workload/watch/overlaps.h"
#include "controller/workload/watch/spec_changes.h"
#include "controller/workload/watch/watch_extension.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/decode_interest.h"
#include "kubeclient/cache/resync.h"

namespace windlass {

class WorkloadCache {
 public:
  // Both references must outlive the cache.
  WorkloadCache(Informers& informers, WorkloadStore& workloads);
  WorkloadCache(const WorkloadCache&) = delete;
  WorkloadCache& operator=(const WorkloadCache&) = delete;

  // Call at most once, before Start and before the stores hold objects. `extension` must live until
  // the last call of a function of this cache. The destructor does not use `extension`.
  void Extend(WatchExtension& extension) { extension_ = &extension; }

  // Returns which workloads select ReplicaSets of other controllers. No overlap is found if the
  // kind does not call Overlaps::Count.
  Overlaps& overlaps() { return overlaps_; }

  void Start();
  void Stop();

  // Call for each change in the stores. Starts informers that are needed because of this change.
  // Gives up informers that no workload needs any more (Informers::LetGo).
  // During a fault (WorkloadChange::is_faulty), an object keeps the informers that it needed
  // before.
  void WatchFor(const WorkloadChange& change);
  void WatchFor(const Change<ReplicaSet>& change);

  // Called when the first workload needs the extension, and when no workload needs it any more. The
  // rights that Windlass needs change at these times, because the extension needs further rights.
  std::function<void()> on_extension_needed;

  // Called for each workload from time to time, so that it is synced even if nothing has happened
  // to it.
  std::function<void(const ObjectKey&)> on_resync;

  // Called when the right to list or watch workloads, ReplicaSets or Pods was missing for two
  // minutes or more, and the watch works again. What this watch shows is up to date from
  // now on.
  std::function<void()> on_thaw;

  // Returns true if the caches of workloads and ReplicaSets are complete. If Pods are watched,
  // their cache must be complete, too, unless it was given up for lack of room. Does not
  // check the informers of the extension, because only workloads that ask for the extension wait
  // for them.
  bool HasSynced() const;
  // Returns one line for each informer with a problem: why its cache is not complete, or what is
  // wrong with its watch. Leaves out the informers of the extension.
  std::vector<std::string> Troubles() const;
  // Returns problems that hold up no workload; one line each.
  std::vector<std::string> Notes() const;
  // Returns the caches that a new leader compares with lists (LeadershipBarrier): those of
  // workloads and ReplicaSets, and that of Pods if it is complete. Leaves out the caches of the
  // extension.
  std::vector<ComparedCache> ComparedCaches() const;

  // Returns the view of a workload; nullopt if the workload is not in the cache. The pointers in
  // the view are valid until the next change of a store.
  std::optional<View> ViewOf(const ObjectKey& key) const;

  // Returns the ReplicaSets whose controller has the uid `owner`, oldest first. Cheaper than a
  // view.
  std::vector<const ReplicaSet*> ReplicaSetsOf(const Uid& owner) const;

  // Returns the size, in bytes of JSON, of the largest object that a sync of this workload works
  // with; 0 if no object is large. Cheaper than a view.
  size_t LargestJson(const ObjectKey& key) const;

  // Returns true if the workload with this uid has strategy Recreate. The view of the workload then
  // has its Pods, if View::pods_known is true.
  bool ReadsPods(const Uid& workload) const { return pod_users_.contains(workload); }
  // Returns true if the workload with this uid asks for the extension, or if one of its ReplicaSets
  // shows that the workload asked before. The workload's view then has all that the extension fills
  // in.
  bool ConcernsExtension(const Uid& workload) const;

  // ResolveOwner and OwnerOfPod return metadata, valid until the next change of a store. Windlass
  // calls them for each event of a Pod or ReplicaSet. To be fast, they make no Workload.
  //
  // Returns the workload that a controller reference of an object in `namespace_` points to; null
  // if no workload with the uid of the reference is cached (D-019).
  const ObjectMeta* ResolveOwner(const Symbol& namespace_, const OwnerReference& reference) const;
  // Returns the workload that owns the Pod with this metadata through its ReplicaSet; null if there
  // is none.
  const ObjectMeta* OwnerOfPod(const ObjectMeta& pod) const;

  // Returns true if the unreadable ReplicaSet `rs` may belong to `workload`: it is in the same
  // namespace, and its controller is `workload` or cannot be read.
  static bool MayOwn(const Workload& workload, const UnreadableObject& rs);

  WorkloadStore& workloads() { return workloads_; }
  const WorkloadStore& workloads() const { return workloads_; }
  Informer<ReplicaSet>& replica_sets() { return replica_sets_.informer; }
  const Informer<ReplicaSet>& replica_sets() const { return replica_sets_.informer; }
  Informer<PodMetadata>& pods() { return pods_.informer; }
  const Informer<PodMetadata>& pods() const { return pods_.informer; }

 private:
  void FollowPodUsers();
  void FollowExtensionUsers();
  void ThawWith(AnyInformer& informer);
  bool Frozen(const Reflector& reflector) const;
  std::string UnreadableOf(const Workload& workload) const;  // View::unreadable
  std::string LeftOut(const View& view) const;               // View::left_out
  std::optional<Fingerprint> KnownTemplate(const ObjectMeta& meta, const Fingerprint& text) const;

  Informers& informers_;
  const Clock& clock_;
  WorkloadStore& workloads_;
  SharedInformer<ReplicaSet>& replica_sets_;
  SharedInformer<PodMetadata>& pods_;
  Overlaps overlaps_;
  SpecChanges spec_changes_;
  WatchExtension* extension_ = nullptr;
  Resync resync_;
  RegisteredInterest known_templates_;
  bool started_ = false;
  std::unordered_set<Uid, UidHash> pod_users_;  // workloads with the strategy Recreate
  // Workloads that ask for the extension, and ReplicaSets which show that their workload asked for
  // it at some time.
  std::unordered_set<Uid, UidHash> extension_users_;
  bool watches_pods_ = false;
  bool watches_for_extension_ = false;
};

}  // namespace windlass
