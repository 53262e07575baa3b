#include "controller/workload/recreate.h"

#include <algorithm>

#include "controller/workload/create.h"
#include "controller/workload/decisions.h"
#include "controller/workload/room.h"
#include "controller/workload/scale.h"
#include "kubeclient/base/clock.h"

namespace windlass::workload {
namespace {

// When to look again while the cache cannot tell whether old Pods are left. The wait for those Pods
// needs no timer: their disappearance is an event.
constexpr Duration kRecreateLookAgain = seconds(1);
// The same while there is no cache, so that each look is a list.
constexpr Duration kRecreateListAgain = seconds(10);

bool IsOld(const Situation& situation, const Uid& rs) {
  return std::any_of(situation.old.begin(), situation.old.end(),
                     [&](const ReplicaSet* old) { return old->meta.uid == rs; });
}

Wait LookAgain(const Situation& situation) {
  const bool lists = situation.view.pods_given_up;
  return {.look_again_in = lists ? kRecreateListAgain : kRecreateLookAgain};
}

// Returns the uncached list of Pods to read, or a wait if that list shows an old Pod. Returns
// nullopt if the list of this sync shows none.
std::optional<RecreateStep> ConfirmSwitch(const Situation& situation) {
  Request list = ListOfPods(situation.workload);
  const Outcome* listed = FindFresh(situation.learned, list);
  if (listed == nullptr) {
    return RecreateStep{Read{std::move(list), "no old Pod may be left when new ones are made"}};
  }
  if (!listed->said.ok()) return RecreateStep{.then = Failed{.error = listed->said.error()}};
  const bool present = std::ranges::any_of(
      listed->pods, [&](const ListedPod& pod) { return IsOld(situation, pod.controller); });
  // The cache may receive this Pod's deletion without ever showing the Pod, and so wake no key.
  if (present) return RecreateStep{.then = LookAgain(situation)};
  return std::nullopt;
}

}  // namespace

OldPods LookForOldPods(const Situation& situation) {
  for (const ReplicaSet* rs : situation.old) {
    const bool terminating = rs->status.terminating_replicas.value_or(0) > 0;
    if (!IsObserved(*rs) || terminating || rs->status.replicas > 0) return OldPods::kPresent;
  }
  if (!situation.view.pods_known) return OldPods::kUnknown;
  for (const PodMetadata* pod : situation.view.pods) {
    const OwnerReference* owner = pod->meta.ControllerRef();
    if (owner != nullptr && IsOld(situation, owner->uid)) return OldPods::kPresent;
  }
  return OldPods::kGone;
}

RecreateStep NextRecreate(const Situation& situation) {
  const ReplicaSet* new_replica_set = situation.new_replica_set;
  if (new_replica_set != nullptr) {  // revision and annotations now, the size when it is due
    if (auto step = UpdateNewReplicaSet(situation, new_replica_set->replicas))
      return {.step = step};
  }
  for (const ReplicaSet* rs : situation.old) {
    if (rs->replicas == 0) continue;
    if (new_replica_set == nullptr) {
      if (auto step = RefuseImpossible(situation)) return {.step = *step};
    }
    return {.step = Resize(situation, *rs, 0, decisions::kScaleDownOldReplicaSet)};
  }
  const int32_t size = situation.limits.desired;  // D-330
  if (new_replica_set != nullptr && new_replica_set->replicas == size) return {};

  const OldPods old_pods = LookForOldPods(situation);
  // Without a cache of Pods a list tells, asked for each time. The list is of this workload alone.
  const bool list_tells = old_pods == OldPods::kUnknown && situation.view.pods_given_up;
  switch (old_pods) {
    case OldPods::kPresent: return {};
    case OldPods::kUnknown:
      if (list_tells) break;
      return {.then = LookAgain(situation)};
    case OldPods::kGone: break;
  }
  if (list_tells || new_replica_set == nullptr || new_replica_set->replicas == 0) {
    if (auto not_yet = ConfirmSwitch(situation)) return *not_yet;
  }
  const Growth growth = GrowthOf(situation, new_replica_set, size);
  if (growth.ask) return {.step = growth.ask};
  if (!growth.whole) return {};
  if (new_replica_set == nullptr) return {.step = CreateNewReplicaSet(situation)};
  return {.step = UpdateNewReplicaSet(situation, size)};
}

}  // namespace windlass::workload
