#include "controller/workload/status/counters.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/status/complete.h"

namespace windlass::workload {
namespace {

std::optional<int32_t> TerminatingReplicas(const Situation& situation) {
  int64_t total = 0;
  bool any_synced = false;
  for (const ReplicaSet* rs : situation.all) {
    const ReplicaSetStatus& status = rs->status;
    if (status.observed_generation == 0 && !status.terminating_replicas) continue;  // never synced
    if (!status.terminating_replicas) return std::nullopt;
    any_synced = true;
    total += *status.terminating_replicas;
  }
  const Workload& workload = situation.workload;
  const bool kept = workload.status.terminating_replicas.has_value() ||
                    workload.status.observed_generation < workload.meta.generation;
  if (!any_synced && !kept) return std::nullopt;
  return FitCount(total);
}

// If the extension counts Pods itself, replaces the counters of `status` by the extension's counts.
//   - An update in place ends with an exchange of templates between two ReplicaSets. Clients must
//     not take the rollout for complete before this exchange. So if the counts look complete,
//     updatedReplicas is one lower. Example: 4 of 5.
//   - Exception: while HasNothingToFollow (followed_revision.h), no rollout can be complete.
void CountPods(const Situation& situation, WorkloadStatus& status) {
  if (!situation.extended.counted) return;
  const CountedPods& counts = *situation.extended.counted;
  int64_t wanted = 0;
  for (const ReplicaSet* rs : situation.all) wanted += std::max(rs->replicas, 0);
  status.replicas = counts.pods;
  status.updated_replicas = counts.updated;
  status.ready_replicas = counts.ready;
  status.available_replicas = counts.available;
  status.unavailable_replicas =
      static_cast<int32_t>(std::clamp<int64_t>(wanted - counts.available, 0, kUnlimited));
  if (HasNothingToFollow(situation)) return;
  if (DeploymentComplete(situation.workload, status) && status.updated_replicas > 0) {
    --status.updated_replicas;
  }
}

}  // namespace

int32_t FitCount(int64_t sum) {
  return static_cast<int32_t>(std::clamp<int64_t>(sum, 0, kUnlimited));
}

void SumUp(std::span<const ReplicaSet* const> replica_sets, WorkloadStatus& status) {
  int64_t wanted = 0;
  int64_t replicas = 0;
  int64_t ready = 0;
  int64_t available = 0;
  for (const ReplicaSet* rs : replica_sets) {
    wanted += rs->replicas;
    replicas += rs->status.replicas;
    ready += rs->status.ready_replicas;
    available += rs->status.available_replicas;
  }
  status.replicas = FitCount(replicas);
  status.ready_replicas = FitCount(ready);
  status.available_replicas = FitCount(available);
  status.unavailable_replicas =
      FitCount(wanted - available);  // `wanted` is from the spec, surge included (D-402)
}

int64_t CountAvailable(std::span<const ReplicaSet* const> replica_sets) {
  int64_t available = 0;
  for (const ReplicaSet* rs : replica_sets) {
    available += std::clamp(rs->status.available_replicas, 0, std::max(rs->replicas, 0));
  }
  return available;
}

WorkloadStatus CountReplicas(const Situation& situation) {
  WorkloadStatus status = situation.workload.status;
  status.observed_generation = situation.workload.meta.generation;
  SumUp(situation.all, status);
  const ReplicaSet* of_pods = FindWanted(situation);
  status.updated_replicas = of_pods != nullptr ? FitCount(of_pods->status.replicas) : 0;
  status.terminating_replicas = TerminatingReplicas(situation);
  CountPods(situation, status);
  return status;
}

}  // namespace windlass::workload
