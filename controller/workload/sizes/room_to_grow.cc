#include "controller/workload/sizes/room_to_grow.h"

#include <algorithm>
#include <string>

#include "controller/workload/annotations/annotations.h"
#include "controller/workload/conditions.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/revisions/proven.h"
#include "controller/workload/rolling_sizes.h"
#include "controller/workload/sizes/old_pods_left.h"
#include "controller/workload/sizes/waiting_event.h"

namespace windlass::workload {
namespace {

int64_t StatusReplicas(const ReplicaSet& rs) { return std::max(rs.status.replicas, 0); }

bool HasPodsAboveSize(const ReplicaSet& rs, const Fenceposts& limits) {
  return PossiblePods(rs, limits) > SizeOf(rs).replicas;
}

// Returns true if an uncached list can show that `rs` has no Pods above its size. All of these must
// hold:
//   - The ReplicaSet controller has observed the size of `rs`.
//   - The status of `rs` shows no Pods above the size.
//   - `rs` may have more Pods nevertheless, because the status may not count all Pods yet.
// Example: size 5, status 5, but perhaps 8 Pods (PossiblePods).
bool ListTells(const ReplicaSet& rs, const Fenceposts& limits) {
  return IsObserved(rs) && StatusReplicas(rs) <= SizeOf(rs).replicas &&
         HasPodsAboveSize(rs, limits);
}

// How much of desired + surge the other ReplicaSets use.
struct Others {
  int64_t sizes = 0;
  int64_t possible = 0;
  bool moving = false;      // Pods of another ReplicaSet are being removed
  bool list_tells = false;  // ListTells is true for another ReplicaSet
};

Others CountOthers(const Situation& situation, const ReplicaSet* rs) {
  Others others;
  for (const ReplicaSet* other : situation.all) {
    if (other == rs) continue;
    others.sizes += SizeOf(*other).replicas;
    others.possible += PossiblePods(*other, situation.limits);
    if (!HasPodsAboveSize(*other, situation.limits)) continue;
    if (FailureOf(*other) == nullptr) others.moving = true;
    if (ListTells(*other, situation.limits)) others.list_tells = true;
  }
  return others;
}

std::string WhyPodsStay(const ReplicaSet& rs, const Fenceposts& limits, seconds waited) {
  const std::string name = "replica set " + rs.meta.name;
  const std::string pods = std::to_string(PossiblePods(rs, limits)) + " Pods";
  if (rs.meta.deleting()) return name + " is being deleted and may still have " + pods;
  if (!IsObserved(rs)) {
    return "no controller has observed generation " + std::to_string(rs.meta.generation) + " of " +
           name + " within " + std::to_string(waited.count()) + " s";
  }
  const Condition* failure = FailureOf(rs);
  const std::string why = failure != nullptr ? ": " + TextOf(*failure) : "";
  return name + " may still have " + pods + ", and should have " +
         std::to_string(SizeOf(rs).replicas) + why;
}

// Returns the size that a rollout gives the new ReplicaSet next.
int32_t WantedOfNewReplicaSet(const Situation& situation) {
  return NewReplicaSetSize(SizeOf(*situation.new_replica_set), SizesOf(situation.old),
                           situation.limits, PositionOfKeeper(situation, situation.old));
}

}  // namespace

const Condition* FailureOf(const ReplicaSet& rs) {
  const Condition* failure = FindCondition(rs.status.conditions, kReplicaFailure);
  return failure != nullptr && failure->status == "True" ? failure : nullptr;
}

int64_t PossiblePods(const ReplicaSet& rs, const Fenceposts& limits) {
  int64_t told = rs.told.largest;
  if (!rs.told.known) {
    const std::optional<int32_t> annotated = MaxReplicas(rs);
    told = std::max<int64_t>(told, annotated ? *annotated : limits.max_total());
    // The max-replicas annotation was written with the present size, but `rs` may still have Pods
    // of an earlier, larger size.
    if (!IsObserved(rs)) told = std::max(told, limits.max_total());
  }
  return std::max({int64_t{SizeOf(rs).replicas}, StatusReplicas(rs), told});
}

Growth GrowthOf(const Situation& situation, const ReplicaSet* rs, int32_t wanted) {
  const int32_t present = rs != nullptr ? SizeOf(*rs).replicas : 0;
  if (situation.recreate() && (rs == nullptr || wanted > present)) {
    if (auto held = AwaitOldPods(situation, rs)) {
      return {.size = present, .whole = false, .ask = held->ask, .then = held->then};
    }
  }
  if (wanted <= present) return {.size = wanted};
  const Others others = CountOthers(situation, rs);
  const int64_t max_total = situation.limits.max_total();
  const auto within = [&](int64_t room, int64_t most) {
    return static_cast<int32_t>(std::clamp<int64_t>(room, present, most));
  };
  const int32_t whole = within(max_total - others.sizes, wanted);
  const int32_t fits = within(max_total - others.possible, whole);
  if (fits == whole) return {.size = whole};
  if (rs == nullptr) return {.size = fits, .whole = false};
  const Workload& workload = situation.workload;
  if (others.list_tells && FindFresh(situation.learned, ListOfPods(workload)) == nullptr) {
    return {
        .size = present,
        .whole = false,
        .ask = ReadPods(
            workload,
            "ReplicaSets may have more Pods than their sizes, which leaves no room for a new Pod")};
  }
  return {.size = others.moving ? present : fits, .whole = false};
}

Wait WaitForRoom(const Situation& situation) {
  const ReplicaSet* rs = situation.new_replica_set;
  if (rs == nullptr || situation.recreate()) return {};
  const Growth growth = GrowthOf(situation, rs, WantedOfNewReplicaSet(situation));
  if (growth.whole) return {};
  const auto above = std::ranges::find_if(situation.all, [&](const ReplicaSet* other) {
    return other != rs && HasPodsAboveSize(*other, situation.limits);
  });
  if (above == situation.all.end()) return {};
  return TellWaiting(situation, [&](seconds waited) {
    return "Replica set " + rs->meta.name + " stays at " + std::to_string(growth.size) + ": " +
           WhyPodsStay(**above, situation.limits, waited);
  });
}

}  // namespace windlass::workload
