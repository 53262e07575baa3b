#include "controller/rollout/service_target.h"

#include <algorithm>

#include "controller/rollout/stable.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/revisions.h"

namespace windlass::rollout {
namespace {

using workload::Situation;

// Returns the number of available Pods, without those that may have been removed already: a removed
// Pod serves no traffic.
int32_t Available(const ReplicaSet& rs) { return workload::SureSizeOf(rs).available; }

// Returns true if `rs` has an available Pod and is not `leaving`, the ReplicaSet that the next
// write scales to 0. Returns false if `rs` is null.
bool Serves(const ReplicaSet* rs, const ReplicaSet* leaving) {
  return rs != nullptr && rs != leaving && Available(*rs) > 0;
}

const ReplicaSet* FindLargest(const Situation& situation, const ReplicaSet* leaving) {
  const ReplicaSet* largest = nullptr;
  for (const ReplicaSet* rs : situation.all) {
    if (!Serves(rs, leaving)) continue;
    if (largest == nullptr || Available(*rs) > Available(*largest)) largest = rs;
  }
  return largest;
}

// Returns the oldest ReplicaSet that is older than `present` and has more available Pods. Returns
// `present` if there is none, or if a revision is stable. Example: none of 10 Pods of v1 is
// available yet, and a canary of v2 becomes available first, so the Service selects v2. Once two
// Pods of v1 are available, the Service goes back to v1.
const ReplicaSet* WithMore(const Situation& situation, const ReplicaSet* present,
                           const ReplicaSet* stable, const ReplicaSet* leaving) {
  if (stable != nullptr) return present;
  for (const ReplicaSet* rs : situation.all) {
    if (rs == present) break;  // `all` begins with the oldest
    if (Serves(rs, leaving) && Available(*rs) > Available(*present)) return rs;
  }
  return present;
}

// Returns the ReplicaSet that the stable Service is to select; `present` is the ReplicaSet that it
// selects now. Also called for a canary Service without a canary Pod, with null for `present`.
const ReplicaSet* StableTarget(const Situation& situation, const ReplicaSet* present,
                               const ReplicaSet* leaving) {
  const ReplicaSet* current = CurrentReplicaSet(situation);
  const ReplicaSet* stable = workload::FindStable(situation.workload, situation.all);
  if (Serves(stable, leaving)) return stable;
  // The stable revision has Pods, but none is available. They are expected to become available
  // again. Until then, the Service stays as it is.
  if (stable != nullptr && stable != leaving && stable->replicas > 0) return nullptr;
  // The stable revision has no Pods, or no revision is stable. The Service then usually keeps the
  // revision that it selects, because that revision may have the most Pods. Examples:
  //   - v1, the first revision, was never complete, and a canary of v2 comes. The Service keeps v1.
  //   - v2 was promoted to the end, so v1, the stable revision, has no Pods. Before v2 is complete,
  //     its correction v3 comes. The Service keeps v2.
  if (Serves(present, leaving)) return WithMore(situation, present, stable, leaving);
  if (stable != nullptr && Serves(current, leaving)) return current;
  return FindLargest(situation, leaving);
}

}  // namespace

const ReplicaSet* TargetOf(const Situation& situation, ServiceRole role, const ReplicaSet* present,
                           const ReplicaSet* leaving) {
  if (situation.workload.replicas == 0) return nullptr;
  if (role == ServiceRole::kStable) return StableTarget(situation, present, leaving);
  const ReplicaSet* current = CurrentReplicaSet(situation);
  const bool stays = current != nullptr && current == present && current != leaving;
  if (Serves(current, leaving) || (stays && current->replicas > 0)) return current;
  return StableTarget(situation, nullptr, leaving);
}

const ReplicaSet* FindByHash(const Situation& situation, std::string_view hash) {
  const auto found = std::ranges::find_if(situation.all, [&](const ReplicaSet* rs) {
    return rs->meta.labels.Find(kPodTemplateHashLabel) == hash;
  });
  return found == situation.all.end() ? nullptr : *found;
}

}  // namespace windlass::rollout
