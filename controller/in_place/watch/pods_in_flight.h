// Finds the Pods of a namespace that may be down because Windlass updates them in place, whatever
// workload they belong to. So workloads that share a PodDisruptionBudget see each other's Pods, and
// no decision looks at every Pod of the namespace. Core thread only. Source: P-038.
//
// The Pods are found from the cache alone, by their state annotations, so a new process finds those
// of its predecessor. A Ready Pod is not found
//   - if its annotation is lost or cannot be read: the update would never look complete, so the Pod
//     could take room for ever
//   - if another client changed its images after the patch (kForeign), unless the Pod is drained
//   - if its update counted as complete because enough time had passed, even if its node goes
//     silent later
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "controller/core/object_fault.h"
#include "controller/in_place/pod/nodes.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

class PodsInFlight {
 public:
  // Listens to `pods`. All arguments must outlive this, and the store must not change after this is
  // gone.
  PodsInFlight(const Clock& clock, FaultLog& faults, Store<Pod>& pods, in_place::NodeOf node_of);
  PodsInFlight(const PodsInFlight&) = delete;
  PodsInFlight& operator=(const PodsInFlight&) = delete;

  // Returns the Pods of the namespace that may be down now because of an update in place
  // (MayBeDown), in order of their names. Leaves out Pods for which `skips` returns true, and Pods
  // that are being deleted.
  std::vector<const Pod*> In(const Symbol& namespace_,
                             const std::function<bool(const Pod&)>& skips);

  size_t noted() const { return noted_.size(); }

 private:
  // Returns true if the Pod may be down because of an update in place. Also returns true if the
  // judgement fails (object_fault.h), because nothing is known of the Pod then. Such a failure does
  // not end the sync that has called In, because most of these syncs are not of the Pod's workload.
  bool MayBeDown(const Pod& pod) const;
  bool JudgeMayBeDown(const Pod& pod) const;
  void PodChanged(const Change<Pod>& change);

  const Clock& clock_;
  FaultLog& faults_;
  const Store<Pod>& pods_;
  const in_place::NodeOf node_of_;
  // The Pods for which MayBeDown returned true when they last changed. The function In removes a
  // Pod whose patch has become complete since by time alone.
  std::set<ObjectKey> noted_;
};

}  // namespace windlass
