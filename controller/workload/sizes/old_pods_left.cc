#include "controller/workload/sizes/old_pods_left.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "controller/workload/replica_set_size.h"
#include "controller/workload/sizes/waiting_event.h"
#include "kubeclient/api/pod_list.h"

namespace windlass::workload {
namespace {

// If the cache cannot show whether old Pods are left, the next sync begins after this time. If the
// cache shows an old Pod, no timer is needed, because the Pod's deletion starts the next sync.
constexpr Duration kRecreateLookAgain = seconds(1);
// Replaces kRecreateLookAgain if Pods are not cached (View::pods_given_up). The time is longer,
// because each of these syncs sends a LIST of Pods.
constexpr Duration kRecreateListAgain = seconds(10);

// A terminating Pod is reported to users if it still exists this long after the end of its grace
// period (deletionTimestamp).
constexpr seconds kStopsLate = seconds(300);

// Returns true if `uid` is the uid of a ReplicaSet of the workload other than `next`.
bool IsOld(const Situation& situation, const ReplicaSet* next, const Uid& uid) {
  return std::ranges::any_of(
      situation.all, [&](const ReplicaSet* rs) { return rs != next && rs->meta.uid == uid; });
}

Wait LookAgain(const Situation& situation) {
  const bool lists = situation.view.pods_given_up;
  return {.look_again_in = lists ? kRecreateListAgain : kRecreateLookAgain};
}

// Returns true if `rs` may have Pods or make some, judged by its status alone.
bool StatusAllowsPods(const ReplicaSet& rs) { return !IsObserved(rs) || StatusCountsPods(rs); }

// Returns the first cached Pod of the workload's ReplicaSets other than `next`; null if there is
// none.
const PodMetadata* FindOldPod(const Situation& situation, const ReplicaSet* next) {
  const auto found = std::ranges::find_if(situation.view.pods, [&](const PodMetadata* pod) {
    const OwnerReference* owner = pod->meta.ControllerRef();
    return owner != nullptr && IsOld(situation, next, owner->uid);
  });
  return found == situation.view.pods.end() ? nullptr : *found;
}

// Returns a text that says what the rollout waits for. Example: "Pod web-1-x of replica set web-1
// is still there". If the cache shows no old Pod, the text names a ReplicaSet or no object.
std::string WhatIsLeft(const Situation& situation, const ReplicaSet* next) {
  if (const PodMetadata* pod = FindOldPod(situation, next)) {
    const std::string owner(pod->meta.ControllerRef()->name.text());
    return "Pod " + std::string(pod->meta.name) + " of replica set " + owner + " is still there";
  }
  for (const ReplicaSet* rs : situation.all) {
    if (rs == next || !StatusAllowsPods(*rs)) continue;
    return "replica set " + rs->meta.name + " may still have Pods";
  }
  return "a Pod of another replica set is still there";
}

// Returns a Wait. The Wait has an Event about the old Pod if the Event is due:
//   - for a terminating Pod, kStopsLate after its deletionTimestamp
//   - otherwise when TellWaiting says so
Wait TellAwaited(const Situation& situation, const ReplicaSet* next) {
  const auto message = [&](seconds) {
    const std::string held = next == nullptr ? "A new replica set is not created: "
                                             : "Replica set " + next->meta.name + " stays at " +
                                                   std::to_string(SizeOf(*next).replicas) + ": ";
    return held + WhatIsLeft(situation, next);
  };
  const PodMetadata* pod = FindOldPod(situation, next);
  if (pod == nullptr || !pod->meta.deleting()) return TellWaiting(situation, message);
  const seconds waited = situation.now - (pod->meta.deletion_timestamp + kStopsLate);
  return waited < seconds(0) ? Wait{.look_again_in = -waited} : TellNow(message(waited));
}

// Returns the request for an uncached list of Pods. If this sync has the list already, returns
//   - a wait if the list shows an old Pod
//   - nullopt if it shows none
//   - a failure if the list failed
std::optional<OldPodsWait> ConfirmSwitch(const Situation& situation, const ReplicaSet* next) {
  const Outcome* listed = FindFresh(situation.learned, ListOfPods(situation.workload));
  if (listed == nullptr) {
    return OldPodsWait{ReadPods(
        situation.workload, "a list must show that no old Pod is left before new Pods are made")};
  }
  if (!listed->said.ok()) return OldPodsWait{.then = Failed{.error = listed->said.error()}};
  const bool present = std::ranges::any_of(
      listed->value.Get<std::vector<ListedPod>>(),
      [&](const ListedPod& pod) { return IsOld(situation, next, pod.controller); });
  if (!present) return std::nullopt;
  // This wait needs a timer, because the cache may never show the old Pod. The deletion of the Pod
  // then starts no sync.
  Wait wait = TellAwaited(situation, next);
  wait.look_again_in = LookAgain(situation).look_again_in;
  return OldPodsWait{.then = std::move(wait)};
}

// Returns the entry of Extended::mixed for `rs`; null if there is none. While the view has no Pods,
// `rs` may have an entry merely because an update in place is under way.
const MixedReplicaSet* FindMixed(const Situation& situation, const ReplicaSet* rs) {
  const auto& mixed = situation.extended.mixed;
  const auto found = std::ranges::find(mixed, rs, &MixedReplicaSet::replica_set);
  return found == mixed.end() ? nullptr : &*found;
}

Wait AwaitOneTemplate(const Situation& situation, const MixedReplicaSet& mixed) {
  const bool at_rest = IsAtRest(situation);  // if true, no rollout will change the Pod
  const auto message = [&](seconds) {
    const std::string pod = mixed.pod.empty() ? "a Pod" : "Pod " + mixed.pod;
    return "Replica set " + mixed.replica_set->meta.name + " stays at " +
           std::to_string(SizeOf(*mixed.replica_set).replicas) + ": " + pod +
           " may still run another template, and strategy Recreate never runs two templates at "
           "once" +
           (at_rest && !mixed.pod.empty() ? ". If that does not change, delete " + pod : "");
  };
  Wait wait = TellWaiting(situation, message, /*also_at_rest=*/true);
  if (!mixed.look_again) return wait;
  const Duration due = std::max<Duration>(*mixed.look_again - situation.now, seconds(1));
  wait.look_again_in = wait.look_again_in ? std::min(*wait.look_again_in, due) : due;
  return wait;
}

}  // namespace

bool MayHavePods(const Situation& situation, const ReplicaSet& rs) {
  return StatusAllowsPods(rs) ||
         std::ranges::any_of(situation.view.pods, [&](const PodMetadata* pod) {
           return pod->meta.IsControlledBy(rs.meta.uid);
         });
}

OldPods LookForOldPods(const Situation& situation, const ReplicaSet* next) {
  const bool counted = std::ranges::any_of(
      situation.all, [&](const ReplicaSet* rs) { return rs != next && StatusAllowsPods(*rs); });
  if (counted) return OldPods::kPresent;
  if (!situation.view.pods_known) return OldPods::kUnknown;
  return FindOldPod(situation, next) != nullptr ? OldPods::kPresent : OldPods::kGone;
}

bool IsMixed(const Situation& situation, const ReplicaSet& rs) {
  return FindMixed(situation, &rs) != nullptr;
}

std::optional<OldPodsWait> AwaitOldPods(const Situation& situation, const ReplicaSet* next) {
  if (const MixedReplicaSet* mixed = FindMixed(situation, next)) {
    return OldPodsWait{.then = AwaitOneTemplate(situation, *mixed)};
  }
  const OldPods old_pods = LookForOldPods(situation, next);
  // If Pods are not cached, and no status shows old Pods, each sync lists the workload's Pods, and
  // the list decides.
  const bool list_tells = old_pods == OldPods::kUnknown && situation.view.pods_given_up;
  switch (old_pods) {
    case OldPods::kPresent: return OldPodsWait{.then = TellAwaited(situation, next)};
    case OldPods::kUnknown:
      if (list_tells) break;
      return OldPodsWait{.then = LookAgain(situation)};
    case OldPods::kGone: break;
  }
  if (!list_tells && next != nullptr && next->replicas > 0) return std::nullopt;
  return ConfirmSwitch(situation, next);
}

}  // namespace windlass::workload
