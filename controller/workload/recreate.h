// Recreate: no new Pod before every old one is gone. Source: D-300…D-330, S-010.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Whether old Pods keep a Recreate workload from starting new ones.
enum class OldPods : uint8_t {
  kGone,
  kPresent,  // shown by the cache, or still possible: their disappearance wakes the key
  kUnknown,  // the cache does not hold Pods yet
};

// Returns whether old Pods may be left.
//   - kPresent if an old ReplicaSet may still make Pods: its controller has not observed the latest
//     generation, or its status counts Pods, terminating ones included. Upstream does not look at
//     that.
//   - Otherwise the cached Pods decide. Terminating Pods count. Pods of the new ReplicaSet and of
//     other owners do not (D-302, D-303). The cache holds no Pod that has ended.
//   - kUnknown if the cache does not hold Pods yet.
OldPods LookForOldPods(const Situation& situation);

struct RecreateStep {
  // The next request for the ReplicaSets; nullopt if there is none for now.
  std::optional<Step> step{};
  // How the sync ends once the status is written: done, wait for old Pods, or fail.
  Step then = Wait{};
};

// Returns the next step of a Recreate rollout (D-300…D-308):
//   1. annotate the new ReplicaSet
//   2. scale old ReplicaSets to 0
//   3. wait until their Pods are gone
//   4. scale the new ReplicaSet to its full size
// Before step 4, if the new ReplicaSet has no Pods yet, one uncached LIST has to confirm that no
// old Pod is left: Recreate promises that order (S-010).
RecreateStep NextRecreate(const Situation& situation);

}  // namespace windlass::workload
