// What is done to the cluster and to the daemons while a walk goes on. A deed that does not apply,
// for example to a workload that is gone, does nothing.
//
//   deed                who        a, b
//   image               workload   number of the image
//   scale               workload   replicas
//   autoscale           workload   minimum, maximum: an autoscaler until the faults end
//                                  (search_autoscaler.h); a workload has one at most
//   pause, resume       workload
//   undo                workload
//   limits              workload   maxSurge, maxUnavailable
//   partition           workload   Pods; 0 takes it away
//   unblock             workload   which revision is to be tried again, seconds (search_deeds.cc)
//   abort, no-abort     workload
//   promote             workload
//   kill, evict         workload   number of the Pod
//   pod-annotate        workload   number of the Pod, of what becomes of its note of an update
//   delete, create      workload   delete a = 1: in the foreground
//   annotate            workload   an odd annotation of number a
//   fat                 workload   bytes, where and of which letters
//   rs-scale            workload   number of the ReplicaSet, replicas
//   rs-delete           workload   number of the ReplicaSet
//   rs-annotate         workload   number of the ReplicaSet, of an odd annotation
//   rs-label            workload   number of the ReplicaSet; it no longer matches, or does again
//   quota, no-quota     namespace  ReplicaSets
//   webhook, no-webhook namespace  code that refuses Pods
//   node                node       seconds without the node
//   cut                 node       seconds without its network, when its containers exit meanwhile
//   relist              -          the server forgets its history and ends all watches
//   crash, stop         daemon     ms until it is started again
//   hold                daemon     ms in which no code of it runs
//   offline             daemon     ms without network
//   lease-delete, lease-steal
#pragma once

#include <functional>
#include <string>

#include "test/sim/search_workload.h"

namespace windlass::sim {

// The daemons, as deeds need them.
class SearchDaemons {
 public:
  virtual ~SearchDaemons() = default;
  virtual void Crash(size_t daemon, Duration away) = 0;
  virtual void Stop(size_t daemon, Duration away) = 0;
  virtual void Hold(size_t daemon, Duration duration) = 0;
  virtual void Offline(size_t daemon, Duration duration) = 0;
};

// Does a deed to a workload; null if it is none of the plan.
void DoTo(World& world, SearchWorkload* workload, const PlannedDeed& deed);
// Does a deed that concerns no workload. Returns false if it is one that does.
bool DoToAll(World& world, SearchDaemons& daemons, const PlannedDeed& deed);
// Takes back what is in everybody's way: quotas, webhooks, lost nodes.
void ClearTheWay(World& world);

}  // namespace windlass::sim
