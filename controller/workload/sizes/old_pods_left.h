// Recreate: whether Pods of other ReplicaSets, or of another template, are left. Source: D-302,
// D-303, S-010, P-011.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

// Whether old Pods keep a Recreate workload from starting new ones.
enum class OldPods : uint8_t {
  kGone,
  kPresent,  // old Pods exist or may still be made; when none is left, the key is woken
  kUnknown,  // the cache does not hold Pods yet, or has no room for them (View::pods_given_up)
};

// Returns true if `rs` may have Pods or make some: its latest generation is not observed, its
// status counts Pods, or the cache shows a Pod of it. Terminating Pods count.
bool MayHavePods(const Situation& situation, const ReplicaSet& rs);

// Returns whether old Pods may be left, so that `next` must not get new Pods. A null `next` stands
// for a ReplicaSet that is to be created. All ReplicaSets of the workload except `next` count as
// old.
//   - kPresent if an old ReplicaSet may have or make Pods: its latest generation is not observed,
//     or its status counts Pods, terminating ones included. Upstream does not look at the status.
//   - kUnknown if the cache does not hold Pods yet, or has no room for them.
//   - Otherwise kPresent if the cache shows a Pod of an old ReplicaSet, and kGone if it shows none.
//     Terminating Pods count. Pods of `next` and of other owners do not count (D-302, D-303). The
//     cache holds no Pod that has ended.
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
// ReplicaSets (LookForOldPods) or because of its own Pods (IsMixed). Returns nullopt if `next` can
// get new Pods. If `next` is null or has size 0, one uncached LIST has to confirm that no old Pod
// is left (S-010); if Pods are not cached (View::pods_given_up), also at any other size. An Event
// names the cause of a long wait (waiting_event.h). It does not name a terminating Pod until five
// minutes after the Pod's grace period.
std::optional<OldPodsWait> AwaitOldPods(const Situation& situation, const ReplicaSet* next);

}  // namespace windlass::workload
