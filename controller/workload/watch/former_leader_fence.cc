#include "controller/workload/watch/former_leader_fence.h"

#include <algorithm>
#include <string>

#include "controller/core/own_names.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/watch/rollout_state.h"

namespace windlass::workload {
namespace {

std::vector<const ReplicaSet*> Owned(const View& view) {
  std::vector<const ReplicaSet*> owned;
  for (const ReplicaSet* rs : view.replica_sets) {
    if (rs->meta.IsControlledBy(view.workload.meta.uid)) owned.push_back(rs);
  }
  return owned;
}

bool HasReplicas(const ReplicaSet* rs) { return rs->replicas > 0; }

// Returns true if no rollout is under way. Requires that the latest generation is observed. `next`
// is the new ReplicaSet. It is null if none is created yet, or none is recognized because the
// templates differ in form. Then the counters of the status show whether the Pods are of the wanted
// revision.
bool HasFinalSizes(const Workload& workload, const std::vector<const ReplicaSet*>& owned,
                   const ReplicaSet* next) {
  if (TotalReplicas(owned) != workload.replicas) return false;
  if (next != nullptr) return next->replicas == workload.replicas;
  return std::ranges::count_if(owned, HasReplicas) < 2 && !HasOldPods(workload.status);
}

// Returns the ReplicaSets of the workload that a late write of the former leader may scale:
//   - all of them, if the workload's latest generation is not observed. A rollout may begin with
//     any of them, even one without replicas. Examples: an undo scales up an old ReplicaSet; a new
//     ReplicaSet still waits for old Pods to go.
//   - none, if the workload is at rest (HasFinalSizes)
//   - otherwise:
//       - those with spec.replicas above 0
//       - the new ReplicaSet, which may get its first Pods next
//       - the ReplicaSet of the stable revision, which may get Pods back because of steps
// Example of a new ReplicaSet: 10 desired, maxSurge 0, maxUnavailable 3.
//   1. The old ReplicaSet web-1 is scaled from 10 to 7. The new web-2 has 0.
//   2. The former leader sends a write that scales web-2 to 3.
//   3. The user changes the template again, and web-3 gets 3 Pods.
//   4. The late write arrives: there are 7 + 3 + 3 Pods.
std::vector<const ReplicaSet*> InDanger(const View& view) {
  std::vector<const ReplicaSet*> owned = Owned(view);
  const Workload& workload = view.workload;
  if (workload.status.observed_generation < workload.meta.generation) return owned;
  const ReplicaSet* next = workload.follow_revision ? FindFollowed(workload, owned)
                                                    : FindNewReplicaSet(workload, owned, {});
  if (HasFinalSizes(workload, owned, next)) return {};
  const ReplicaSet* stable = FindStable(workload, owned);
  std::erase_if(
      owned, [&](const ReplicaSet* rs) { return !HasReplicas(rs) && rs != next && rs != stable; });
  return owned;
}

}  // namespace

std::vector<Request> FenceReplicaSets(const View& view, std::string_view term) {
  const std::string fields = R"({"metadata":{"annotations":{")" + std::string(kTermAnnotation) +
                             R"(":")" + std::string(term) + R"("}}})";
  std::vector<Request> patches;
  for (const ReplicaSet* rs : InDanger(view)) {
    patches.push_back(
        Request::MergePatch(resources::kReplicaSets, VersionOf(rs->meta), "", fields));
  }
  return patches;
}

}  // namespace windlass::workload
