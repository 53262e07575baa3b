// When the specs of a workload and of its ReplicaSets changed last, as this process saw it. The
// cached objects do not show this.
//
// A rollout may wait for Pods of an old ReplicaSet to go (waiting_event.h). Without this class,
// such a wait would seem to begin at the last progress. Example: a rollout makes no progress for
// ten minutes. Then an old ReplicaSet is scaled down, and the rollout waits for its Pods to go. One
// second later this wait is one second old, not ten minutes.
//
// The class keeps one entry for each workload whose spec, or whose ReplicaSet's spec, has changed
// since the caches became complete. If no Workload can be made of an object
// (WorkloadChange::is_faulty), its entry stays.
// Core thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

class SpecChanges {
 public:
  // All references must outlive this object. The constructor registers handlers with both stores.
  SpecChanges(const Clock& clock, WorkloadStore& workloads, Store<ReplicaSet>& replica_sets);
  SpecChanges(const SpecChanges&) = delete;
  SpecChanges& operator=(const SpecChanges&) = delete;

  // Call each time when both stores have become complete. Earlier changes are not known, so this
  // class assumes that every spec has changed just now.
  void Begin();

  // Returns when the latest of these changes happened:
  //   - the workload got a new generation. If it got the generation during a fault
  //     (WorkloadChange::is_faulty), the time at which the fault was over counts instead
  //   - a ReplicaSet of the workload was created or deleted, or got a new generation
  // Returns the time of Begin if none happened since, and the present time before Begin was called.
  // The returned time may be up to a second too late.
  WallTime LastOf(const Uid& workload) const;

 private:
  void WorkloadChanged(const WorkloadChange& change);
  void ReplicaSetChanged(const Change<ReplicaSet>& change);

  const Clock& clock_;
  WorkloadStore& workloads_;
  std::optional<MonotonicTime> begun_;
  std::unordered_map<Uid, MonotonicTime, UidHash> last_;  // by workload, since begun_
  // The workloads of which no Workload can be made now (WorkloadChange::is_faulty), each with its
  // latest generation before that.
  std::unordered_map<Uid, int64_t, UidHash> before_fault_;
};

}  // namespace windlass
