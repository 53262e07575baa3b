// Strategy Recreate: are Pods of other ReplicaSets left, or Pods with another template? Source:
// D-302, D-303, S-010, P-011.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Whether old Pods keep a Recreate workload from starting new ones.
enum class OldPods : uint8_t {
  kGone,
  kPresent,  // old Pods exist or may still be made; a sync begins when the last one is gone
  kUnknown,  // the cache does not hold Pods yet, or has no room for them (View::pods_given_up)
};

// Returns true if `rs` may have Pods or may still make Pods, for one of these reasons:
//   - The ReplicaSet controller has not observed the latest generation of `rs`.
//   - The status of `rs` counts Pods, terminating ones included.
//   - The cache shows a Pod of `rs`, which may be terminating.
bool MayHavePods(const Situation& situation, const ReplicaSet& rs);

// Returns whether old Pods may be left. While they may be left, `next` must not get new Pods. All
// ReplicaSets except `next` count as old. If `next` is null, the ReplicaSet is not created yet.
//   - kPresent if an old ReplicaSet may have or make Pods: its latest generation is not observed,
//     or its status counts Pods, terminating ones included. Upstream does not look at the status.
//   - kUnknown if the cache does not hold Pods yet, or has no room for them.
//   - Otherwise kPresent if the cache shows a Pod of an old ReplicaSet, which may be terminating,
//     and kGone if it shows none. Pods of `next` and of other owners do not count (D-302, D-303).
//     Pods of phase Succeeded or Failed do not count either, because the cache does not hold them.
OldPods LookForOldPods(const Situation& situation, const ReplicaSet* next);

// Returns true if the spec or the running containers of a Pod of `rs` may differ from the template
// of `rs` (Extended::mixed). Then `rs` must not grow.
bool IsMixed(const Situation& situation, const ReplicaSet& rs);

struct OldPodsWait {
  // The read of the list that shows whether old Pods are left; nullopt if no read is due.
  std::optional<Step> ask{};
  // How the sync ends once the status is written: wait for old Pods, or fail.
  Step then = Wait{};
};

// Returns how the sync continues while `next` must not get new Pods, because of Pods of other
// ReplicaSets (LookForOldPods) or of `next` itself (IsMixed). Returns nullopt if `next` can get
// Pods.
//   - If `next` is null or has size 0, an uncached list must first show that no old Pod is left
//     (S-010). If Pods are not cached (View::pods_given_up), the same is true for any size of
//     `next`.
//   - An Event names the cause of a long wait (waiting_event.h). A terminating Pod is named only
//     when its grace period ended at least five minutes ago.
std::optional<OldPodsWait> AwaitOldPods(const Situation& situation, const ReplicaSet* next);

}  // namespace windlass::workload
