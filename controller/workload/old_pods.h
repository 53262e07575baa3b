// Recreate: whether Pods of other ReplicaSets, or of another template, are left. Source: D-302,
// D-303, S-010, P-011.
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

// Returns true if `rs` may have Pods or make some: its controller has not observed its latest
// generation, its status counts Pods, or the cache shows one, terminating ones included.
bool MayHavePods(const Situation& situation, const ReplicaSet& rs);

// Returns whether Pods may be left that keep `next` from new ones; null stands for a ReplicaSet
// that is to be created. All other ReplicaSets of the workload are old ones then.
//   - kPresent if an old ReplicaSet may still make Pods: its controller has not observed the latest
//     generation, or its status counts Pods, terminating ones included. Upstream does not look at
//     that.
//   - Otherwise the cached Pods decide. Terminating Pods count. Pods of `next` and of other owners
//     do not (D-302, D-303). The cache holds no Pod that has ended.
//   - kUnknown if the cache does not hold Pods yet.
OldPods LookForOldPods(const Situation& situation, const ReplicaSet* next);

// Returns true if a Pod of `rs` has, or runs, another template than `rs`, which then must not grow.
bool IsMixed(const Situation& situation, const ReplicaSet& rs);

struct OldPodsWait {
  // The request that shows whether old Pods are left; nullopt if none is due.
  std::optional<Step> ask{};
  // How the sync ends once the status is written: wait for old Pods, or fail.
  Step then = Wait{};
};

// Returns how the sync goes on while `next` may not get new Pods: because of Pods of other
// ReplicaSets (LookForOldPods), or because of its own Pods (IsMixed). Returns nullopt if it may get
// them. If `next` has no Pods yet, one uncached LIST has to confirm that no old Pod is left:
// Recreate promises that order (S-010). An Event names the cause of a long wait (waiting.h); a
// terminating Pod is named five minutes after its grace period.
std::optional<OldPodsWait> AwaitOldPods(const Situation& situation, const ReplicaSet* next);

}  // namespace windlass::workload
