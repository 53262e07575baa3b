// When the specs of a workload and of its ReplicaSets changed last, as this process saw it.
//
// Without this, a wait for Pods would seem as old as the last progress. Example: a rollout made no
// progress for ten minutes, then an old ReplicaSet is scaled down. Its Pods are awaited since the
// scaling, not for ten minutes (waiting_event.h). The API does not say when a spec was changed.
//
// Memory is one entry for each workload of which a spec changed since the caches became complete.
// Core thread only.
#pragma once

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

  // Call each time when both stores have become complete. What happened before is not known, so
  // every spec counts as changed now.
  void Begin();

  // Returns a time at or after the last of these changes: the workload got a new generation, or a
  // ReplicaSet that it owns got one, was created or was deleted. Returns the present time until
  // Begin is called.
  WallTime LastOf(const Uid& workload) const;

 private:
  void WorkloadChanged(const WorkloadChange& change);
  void ReplicaSetChanged(const Change<ReplicaSet>& change);

  const Clock& clock_;
  WorkloadStore& workloads_;
  std::optional<MonotonicTime> begun_;
  std::unordered_map<Uid, MonotonicTime, UidHash> last_;  // by workload, since begun_
};

}  // namespace windlass
