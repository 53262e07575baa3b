#include "controller/workload/watch/replica_set_fence.h"

#include <string>

#include "controller/core/own_names.h"

namespace windlass {
namespace {

std::vector<const ReplicaSet*> Owned(const View& view) {
  std::vector<const ReplicaSet*> owned;
  for (const ReplicaSet* rs : view.replica_sets) {
    if (rs->meta.IsControlledBy(view.workload.meta.uid)) owned.push_back(rs);
  }
  return owned;
}

// Returns the ReplicaSets of the workload that a late write of the former leader may change. If the
// workload's latest generation is not observed, these are all its ReplicaSets, because a rollout
// may begin with any of them, even one without replicas. Examples: an undo scales up an old
// ReplicaSet; a new ReplicaSet still waits for old Pods to go.
std::vector<const ReplicaSet*> InDanger(const View& view) {
  std::vector<const ReplicaSet*> owned = Owned(view);
  const Workload& workload = view.workload;
  if (workload.status.observed_generation < workload.meta.generation) return owned;
  std::erase_if(owned, [](const ReplicaSet* rs) { return rs->replicas <= 0; });
  if (owned.size() < 2) owned.clear();  // no rollout is under way
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

}  // namespace windlass
