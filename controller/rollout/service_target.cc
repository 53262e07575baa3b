#include "controller/rollout/service_target.h"

#include <algorithm>

#include "controller/rollout/stable.h"
#include "controller/workload/revisions.h"

namespace windlass::rollout {
namespace {

using workload::Situation;

int32_t Available(const ReplicaSet& rs) { return workload::SizeOf(rs).available; }

// Returns true if a Service that selects the Pods of `rs` reaches some of them after the next
// write.
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

// Returns `present`. While no revision is stable, returns an older ReplicaSet if that has more
// available Pods: at first, a canary may be available before the Pods of the first revision are.
const ReplicaSet* WithMore(const Situation& situation, const ReplicaSet* present,
                           const ReplicaSet* stable, const ReplicaSet* leaving) {
  if (stable != nullptr) return present;
  for (const ReplicaSet* rs : situation.all) {
    if (rs == present) break;  // the oldest first
    if (Serves(rs, leaving) && Available(*rs) > Available(*present)) return rs;
  }
  return present;
}

// `present`: null for the canary's Service, which goes where the stable Service would begin.
const ReplicaSet* StableTarget(const Situation& situation, const ReplicaSet* present,
                               const ReplicaSet* leaving) {
  const ReplicaSet* current = CurrentReplicaSet(situation);
  const ReplicaSet* stable = workload::FindStable(situation.workload, situation.all);
  if (Serves(stable, leaving)) return stable;
  // The Pods of the stable revision come back. Until then no other revision stands in for it,
  // because no other one was approved.
  if (stable != nullptr && stable != leaving && stable->replicas > 0) return nullptr;
  // No approved revision has Pods, so the revision that the Service selects stays:
  //   - The first revision of a Rollout may never be complete. It still has most Pods when a canary
  //     of the second one comes.
  //   - The same holds for a revision that was promoted to the end and is corrected before it is
  //     complete.
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
