// Watches the objects of one kind. For metrics, finds out which objects are in a rollout, when each
// rollout began, where it stands, and how it ended. Decides nothing.
//
//   objects ──▶ RolloutObserver ──▶ RolloutsUnderWay ──▶ the metrics page
//
// A rollout begins
//   - when the object is created or its template changes. If the object is paused at that time, the
//     rollout begins when the object is resumed
//   - when spec.abort makes Pods go back to another revision
//   - when spec.abort is set back to false
//   - when an aborted object has no ReplicaSet to go back to (LacksTarget of rollout_state.h), and
//     is not in a rollout already. Such a rollout is shown as stuck, and not counted as begun
// A rollout ends
//   - when all Pods are new and available, and no step is left
//   - when the template changes again, or an abort makes Pods go back to another revision
//   - when an abort has no ReplicaSet to go back to, and the object has no Pods and wants none
//   - when the object is deleted
// An edit of an object that was not paused begins no rollout if the Pods are to stay in the same
// ReplicaSet. Example: scaling. While no Workload can be made of an object
// (WorkloadChange::is_faulty), its rollout stays as it was, unless the object is deleted.
//
// The observer keeps rollouts whether or not this process leads, so that a new leader knows when
// each rollout began. It counts rollouts, and shows gauges, only while this process leads. When the
// caches of objects and ReplicaSets are complete, it finds out which objects are in a rollout
// already (rollout_beginning.h). From then on, an object costs memory only while it is in a
// rollout, or has more Pods than replicas + maxSurge. Core thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "controller/core/object_fault.h"
#include "controller/runtime/figures.h"
#include "controller/workload/watch/rollouts_under_way.h"
#include "controller/workload/watch/workload_cache.h"
#include "controller/workload/workload_kind.h"
#include "kubeclient/base/clock.h"

namespace windlass {

class RolloutObserver {
 public:
  // What an extension of the planner knows of a workload.
  struct Extended {
    RolloutHold hold;
    std::string_view strategy{};  // the extension's strategy, if the workload asks for it
  };
  using ExtendedOf = std::function<Extended(const Workload&)>;

  // Listens to the workloads of `cache`. All references must outlive the observer.
  RolloutObserver(const Clock& clock, FaultLog& faults, WorkloadCache& cache, RolloutWords words,
                  ExtendedOf extended_of);
  RolloutObserver(const RolloutObserver&) = delete;
  RolloutObserver& operator=(const RolloutObserver&) = delete;

  void Lead(bool leading);
  // Call each time when the cache of workloads or the cache of ReplicaSets has become complete.
  void CacheSynced();

  void AddFigures(Figures& figures) const;

  // Number of rollouts under way.
  size_t size() const { return rollouts_.size(); }

 private:
  using Rollout = RolloutsUnderWay::Rollout;
  using News = RolloutsUnderWay::News;
  using ReplicaSets = std::vector<const ReplicaSet*>;

  static RolloutTarget TargetOf(const Workload& workload);
  void Changed(const WorkloadChange& change);
  void SeenFirst(const Workload& workload);
  void Gone(const ObjectKey& key);
  void NotePods(const Workload& workload);
  // Notes the News about `workload` that `find` returns. If `find` fails (object_fault.h), there is
  // no news.
  template <typename Find>
  void Note(const Workload& workload, Find find);
  void NoteLook(const Workload& workload);

  // These find out what happened, and change nothing.
  News Edited(const Workload& before, const Workload& now) const;
  News SeenAgain(const Rollout& known, const Workload& now) const;
  News Retargeted(const Workload& now, const ReplicaSet* to, bool tries_again,
                  std::string_view asked_by) const;
  News Judge(const Workload& workload) const;
  News Look(const Workload& workload) const;
  News LookAtAbort(const Workload& workload) const;
  Rollout RolloutOf(const Workload& workload, Rollout rollout) const;
  Rollout MidwayOf(const Workload& workload, const ReplicaSet* target) const;
  workload::RolloutState StateOf(const Workload& workload) const;
  bool HasSynced() const;
  ReplicaSets ReplicaSetsOf(const Workload& workload) const;
  std::string_view StrategyOf(const Workload& workload) const;
  void Describe(const ObjectKey& key, ShownRollout& shown) const;
  void DescribeWorkload(const Workload& workload, ShownRollout& shown) const;
  void AddPodsAboveSurge(Figures& figures) const;
  std::string_view kind() const { return cache_.workloads().resource().kind; }

  FaultLog& faults_;
  WorkloadCache& cache_;
  const ExtendedOf extended_of_;
  RolloutsUnderWay rollouts_;
  // Objects that were first seen before both caches were complete. Whether they are in a rollout is
  // not known yet.
  std::set<ObjectKey> unjudged_;
  std::map<ObjectKey, int64_t> above_surge_;  // objects with Pods above their surge
};

}  // namespace windlass
