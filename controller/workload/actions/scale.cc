#include "controller/workload/actions/scale.h"

#include <algorithm>

#include "controller/workload/actions/create.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/decisions.h"
#include "controller/workload/replica_set_size.h"
#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/revisions/followed_revision.h"
#include "controller/workload/revisions/new_replica_set.h"
#include "controller/workload/revisions/proven.h"
#include "controller/workload/revisions/revisions.h"
#include "controller/workload/sizes/old_pods_left.h"
#include "controller/workload/sizes/proportional.h"
#include "controller/workload/sizes/room_to_grow.h"
#include "controller/workload/sizes/spared_pods.h"
#include "controller/workload/status/deadline.h"
#include "controller/workload/status/refused_write.h"
#include "controller/workload/status/status.h"
#include "controller/workload/workload_kind.h"

namespace windlass::workload {
namespace {

std::vector<const ReplicaSet*> Active(const std::vector<const ReplicaSet*>& replica_sets) {
  std::vector<const ReplicaSet*> active;
  std::copy_if(replica_sets.begin(), replica_sets.end(), std::back_inserter(active),
               [](const ReplicaSet* rs) { return rs->replicas > 0; });
  return active;
}

// Returns true if the desired-replicas annotation of `rs` holds another size than `replicas`.
// Returns false if the annotation is missing or cannot be parsed (D-352).
bool SaysOtherSize(const ReplicaSet& rs, int32_t replicas) {
  const std::optional<int32_t> desired = DesiredReplicas(rs);
  return desired && *desired != replicas;
}

// Returns true if both of these hold for the new ReplicaSet:
//   - Its spec and its desired-replicas annotation have the workload's size.
//   - Its status counts that many available Pods, and none of the counted Pods can be gone
//     (Told::lowest).
// Returns false while Pods are held back on the old revision (RO-044).
bool IsSaturated(const Situation& situation) {
  const int32_t replicas = situation.workload.replicas;
  const ReplicaSet* rs = situation.new_replica_set;
  if (situation.limits.kept_old() > 0) return false;
  return rs != nullptr && DesiredReplicas(*rs) == replicas && rs->replicas == replicas &&
         rs->status.available_replicas == replicas &&
         rs->told.lowest.value_or(replicas) >= replicas;
}

// `write` is a patch of `rs`. Returns true if this sync has sent neither `write` nor another patch
// of `rs` that Sized has made.
bool IsFirstOfSize(const Situation& situation, const ReplicaSet& rs, const Write& write) {
  if (FindOutcome(situation.learned, write.request.Identity()) != nullptr) return false;
  return std::ranges::none_of(situation.learned, [&](const Outcome& outcome) {
    return IsPatchOf(outcome, resources::kReplicaSets, rs.meta) &&
           (outcome.decided == decisions::kScaleReplicaSet ||
            outcome.decided == decisions::kScaleInProportion ||
            outcome.decided == decisions::kRefreshSizeAnnotations);
  });
}

// Returns the write that gives `rs` the size `replicas` and the size annotations. If `rs` is the
// new ReplicaSet, the write also adds everything else that `rs` lacks.
//
// Returns nullopt if the size stays the same, and UnlessInVain holds back the write. The first
// write that Sized makes for `rs` in a sync is never held back, because only the reply can show
// that the API server does not keep the write.
std::optional<Step> Sized(const Situation& situation, const ReplicaSet& rs, int32_t replicas,
                          Decision decision, bool is_scaled_down = false) {
  ReplicaSetChange change;
  if (&rs == situation.new_replica_set) {
    change = MissingFromNewReplicaSet(situation);
    NoteScaledDown(situation, replicas, is_scaled_down, change);
  }
  Write write = Resize(situation, rs, replicas, decision, std::move(change));
  if (replicas != rs.replicas || IsFirstOfSize(situation, rs, write)) return write;
  return UnlessInVain(situation, std::move(write));
}

// Returns true if both size annotations have exactly the wanted text. Windlass overwrites any other
// text (D-357.5).
bool HasSizeAnnotations(const ReplicaSet& rs, const Fenceposts& limits) {
  std::map<std::string, std::string> wanted;
  SetSizeAnnotations(limits, wanted);
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& annotation) {
    return rs.meta.annotations.Find(annotation.first) == annotation.second;
  });
}

// Returns the only active ReplicaSet. If none is active, returns the ReplicaSet that gets the Pods
// when the workload wants Pods again. This is the first of these that exists (RO-122, D-354):
//   - the one that had the Pods when the workload was scaled to 0
//   - under Recreate, the new one: Recreate would have given Pods to it next
//   - the one of the kept revision
//   - the new one
//   - the latest of the old ones
// Returns null if there is no ReplicaSet.
const ReplicaSet* OnlyOne(const Situation& situation,
                          const std::vector<const ReplicaSet*>& active) {
  if (!active.empty()) return active.front();
  if (const ReplicaSet* rs = FindServedLast(situation, situation.all)) return rs;
  const ReplicaSet* rs = situation.new_replica_set;
  if (rs != nullptr && situation.recreate()) return rs;
  if (const ReplicaSet* stable = FindStable(situation.workload, situation.all)) return stable;
  return rs != nullptr ? rs : LatestOf(situation.old);
}

// Call this for a scaling event whose size annotations the API server does not keep. Returns the
// step that ends the event:
//   - The workload is paused: nullopt.
//   - The API server refused a status in this sync: the end of the sync. The event stays open. The
//     rollout must not go on meanwhile, because the open event would undo each step of the rollout.
//   - Otherwise: the status write; nullopt if the status is up to date.
std::optional<Step> AcknowledgeSizes(const Situation& situation) {
  if (situation.workload.paused) return std::nullopt;
  if (WasStatusRefused(situation.workload, situation.learned)) {
    return NoLaterThanDeadline(situation, Wait{});
  }
  return WriteStatus(situation, Progress::kEvaluate);
}

// Returns the step to take while there is no room for a size, the first that is due:
//   1. the list of Pods that may show room
//   2. a status write with new counters. It leaves the generation unobserved, so the event stays
//      open
//   3. the end of the sync. The next status of a ReplicaSet starts a new sync
Step KeepOpen(const Situation& situation, const Growth& growth) {
  if (growth.ask) return *growth.ask;
  const auto status = WriteHeldUp(situation);
  if (status && !WasSent(*status, situation.learned)) return *status;
  return situation.workload.paused ? growth.then : NoLaterThanDeadline(situation, growth.then);
}

// Returns true if `rs` must not grow (RO-120). The first of these cases that applies decides:
//   1. `rs` is the new ReplicaSet: false.
//   2. There is a keeper: false if `rs` is the keeper, otherwise true.
//   3. There is no new ReplicaSet, or the kind keeps no stable revision: false.
//   4. `rs` was complete once: false.
//   5. The new ReplicaSet was complete once, so Pods go back to it: true. Example: 3 of 4 Pods are
//      of a canary that is given up. If the workload is scaled to 7 on the way back, the canary
//      gets no more Pods.
//   6. Steps or a partition are in force, even if they hold no Pod back at this size: true if the
//      stable or largest ReplicaSet (FindStableOrLargest) is another one than `rs`, and has Pods.
//   7. Otherwise: false.
bool GivesWay(const Situation& situation, const ReplicaSet& rs, const ReplicaSet* keeper) {
  const ReplicaSet* wanted = situation.new_replica_set;
  if (&rs == wanted) return false;
  if (keeper != nullptr) return &rs != keeper;
  if (!situation.workload.kind.traits().keeps_stable_revision || wanted == nullptr) return false;
  if (IsProven(situation, rs)) return false;
  if (IsProven(situation, *wanted)) return true;
  const ReplicaSet* stable = FindStableOrLargest(situation);
  const bool has_pods = stable != nullptr && stable != &rs && stable->replicas > 0;
  return situation.limits.holds_back() && has_pods;
}

// Returns true if a rollout brings Pods to the new ReplicaSet. Returns false while the workload is
// paused, or while there is no new ReplicaSet, for example because the template is refused.
bool IsRollingOut(const Situation& situation) {
  return !situation.workload.paused && situation.new_replica_set != nullptr;
}

// Returns the write that grows `keeper` to `wanted`, as far as there is room.
//   - Nullopt if `keeper` has that size or more.
//   - While there is no room: a step that keeps the scaling event open (KeepOpen). Without it,
//     Windlass would next write the size annotations of other ReplicaSets, which would end the
//     event too early.
std::optional<Step> GrowKeeperWhole(const Situation& situation, const ReplicaSet& keeper,
                                    int32_t wanted) {
  if (wanted <= keeper.replicas) return std::nullopt;
  if (auto step = GrowKeeper(situation, keeper, wanted)) return step;
  return KeepOpen(situation, GrowthOf(situation, &keeper, wanted));
}

// Returns the size for `rs`, the only active ReplicaSet. The size is at most that of the workload:
//   - `rs` is the keeper: the size of the workload.
//   - Another ReplicaSet is the keeper, and gets the rest (RO-120): `rs` grows only if it is the
//     new ReplicaSet, and only up to the number of Pods that may be updated. Example: 1 new Pod,
//     updated_max 2, scaled to 10: `rs` gets 2, the keeper 8.
//   - There is no keeper, the workload is not paused, and the Pods of `rs` are about to be replaced
//     (GivesWay) or removed by Recreate (IsMixed): `rs` does not grow.
//   - Otherwise: the size of the workload.
int32_t SizeOfOnlyOne(const Situation& situation, const ReplicaSet& rs, const ReplicaSet* keeper) {
  const int32_t desired = situation.limits.desired;
  if (keeper == nullptr) {
    // `removed` is true if a Pod of `rs` may run another template (IsMixed), so that Recreate is
    // about to remove the Pods of `rs`. Until these Pods are gone, there is no room for a larger
    // size, and the wait for room would keep the scaling event open.
    const bool replaces = situation.new_replica_set != nullptr || !IsCreateRefused(situation);
    const bool removed = replaces && &rs != situation.new_replica_set && IsMixed(situation, rs);
    const bool grows = situation.workload.paused || !(removed || GivesWay(situation, rs, keeper));
    return grows ? desired : std::min(desired, rs.replicas);
  }
  if (keeper == &rs) return desired;
  const bool is_new = &rs == situation.new_replica_set;
  const int32_t most = is_new ? desired - situation.limits.kept_old() : 0;
  return std::min(desired, std::max(most, rs.replicas));
}

std::optional<Step> ScaleOnlyOne(const Situation& situation,
                                 const std::vector<const ReplicaSet*>& active) {
  const ReplicaSet* rs = OnlyOne(situation, active);
  if (rs == nullptr) return std::nullopt;
  const ReplicaSet* keeper = FindKeeper(situation);
  const int32_t replicas = SizeOfOnlyOne(situation, *rs, keeper);
  // While a rolling update goes on, that update grows the keeper.
  if (keeper != nullptr && !IsRollingOut(situation)) {
    if (auto step = GrowKeeperWhole(situation, *keeper, situation.limits.desired - replicas))
      return step;
  }
  const bool stale = rs->replicas > 0 && SaysOtherSize(*rs, situation.limits.desired);  // B-01
  if (rs->replicas == replicas && !stale) return std::nullopt;
  const Growth growth = GrowthOf(situation, rs, replicas);
  if (!growth.whole) return KeepOpen(situation, growth);
  if (auto step = Sized(situation, *rs, growth.size, decisions::kScaleReplicaSet)) return step;
  return AcknowledgeSizes(situation);
}

// Returns true if the annotation of an active ReplicaSet shows another size than the workload has
// now.
bool HasSizeEvent(const Situation& situation) {
  return std::ranges::any_of(situation.all, [&](const ReplicaSet* rs) {
    return rs->replicas > 0 && SaysOtherSize(*rs, situation.workload.replicas);
  });
}

// Returns the limits for sizes in proportion: situation.limits, but with surge 0 in these cases
// (RO-049):
//   1. The workload is paused, and steps or a partition are in force. Surge Pods would be removed
//      again after the pause. Example: 3 desired, 1 of them new. The workload is paused, and scaled
//      to 8 with maxSurge 25 %: 8 Pods, not 8 + 2.
//   2. The workload is paused and was not scaled, and its kind keeps a stable revision.
//   3. No Pod is on its way to another revision, because the template is refused, its ReplicaSet is
//      not known, or there is no ReplicaSet to follow.
Fenceposts LimitsForShares(const Situation& situation) {
  Fenceposts limits = situation.limits;
  const bool grows_only =
      situation.workload.kind.traits().keeps_stable_revision && !HasSizeEvent(situation);
  if (situation.workload.paused && (limits.holds_back() || grows_only)) limits.surge = 0;
  // No Pod is on its way to another revision: case 3 above.
  const Extended& extended = situation.extended;
  const bool stands = extended.refused.has_value() || extended.new_one_unknown;
  if (stands || HasNothingToFollow(situation)) limits.surge = 0;
  return limits;
}

// Returns the positions of the ReplicaSets to write: first those with `goes_first` (RO-087), then
// others that shrink, then the rest. ReplicaSets that grow come last, so that there are never more
// Pods than desired + surge.
std::vector<size_t> OrderOfWrites(const std::vector<ReplicaSetShare>& shares,
                                  const std::vector<int32_t>& sizes) {
  std::vector<size_t> order;
  for (size_t i = 0; i < shares.size(); ++i) {
    if (!shares[i].written || sizes[i] != shares[i].replicas) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](size_t i) {
    if (shares[i].goes_first) return 0;
    return sizes[i] < shares[i].replicas ? 1 : 2;
  });
  return order;
}

// A keeper of size 0 gets no share in ScaleInProportion, because it is not active. Returns the step
// that gives such a `keeper` the missing Pods: as many as all ReplicaSets together are below
// limits.desired. If there is a new ReplicaSet, the keeper gets at most limits.kept_old() Pods.
// Example: 10 desired, kept_old() 7, the other ReplicaSets have 2 Pods: 8 Pods are missing, and the
// keeper gets 7. Returns nullopt
//   - if `keeper` is null, or its size is above 0
//   - if a rolling update will grow `keeper` (IsRollingOut)
//   - if no Pod is missing
std::optional<Step> GrowKeeperWithoutShare(const Situation& situation, const ReplicaSet* keeper) {
  if (keeper == nullptr || keeper->replicas > 0 || IsRollingOut(situation)) return std::nullopt;
  const int64_t missing = situation.limits.desired - TotalReplicas(situation.all);
  const bool all = situation.new_replica_set == nullptr;
  const int64_t due = all ? missing : std::min<int64_t>(missing, situation.limits.kept_old());
  return GrowKeeperWhole(situation, *keeper, static_cast<int32_t>(std::max<int64_t>(due, 0)));
}

// Returns the next step of scaling in proportion: normally the write that gives an active
// ReplicaSet its share. A ReplicaSet is also written if only its size annotations change (D-357.5).
std::optional<Step> ScaleInProportion(const Situation& situation,
                                      const std::vector<const ReplicaSet*>& active) {
  std::vector<ReplicaSetShare> shares;
  const ReplicaSet* keeper = FindKeeper(situation);
  for (const ReplicaSet* rs : active) {
    const ReplicaSetSize size = SizeOf(*rs);
    const bool gives_way = GivesWay(situation, *rs, keeper);
    // While there is no new ReplicaSet, no Pod is being replaced. So no ReplicaSet shrinks before
    // the others (goes_first), and the keeper shrinks after all others (goes_last).
    const bool goes_first = gives_way && situation.new_replica_set != nullptr;
    shares.push_back({.replicas = size.replicas,
                      .available = size.available,
                      .max_replicas = MaxReplicas(*rs),
                      .is_new = rs == situation.new_replica_set,
                      .gives_way = gives_way,
                      .goes_first = goes_first,
                      .goes_last = rs == keeper && situation.new_replica_set == nullptr,
                      .written = HasSizeAnnotations(*rs, situation.limits)});
  }
  const std::vector<int32_t> sizes =
      ProportionalSizes(shares, LimitsForShares(situation), situation.workload.status.replicas);
  const bool is_scaled_down = IsScaledDownBroken(situation);
  std::optional<Growth> held;
  for (const size_t i : OrderOfWrites(shares, sizes)) {
    if (sizes[i] >= shares[i].replicas) {
      if (auto step = GrowKeeperWithoutShare(situation, keeper)) return step;
    }
    Growth growth = GrowthOf(situation, active[i], sizes[i]);
    // A size is written only if there is room for all of it, because the size annotations written
    // with it say that the scaling is done.
    if (!growth.whole) {
      if (!held || growth.ask) held = std::move(growth);
      continue;
    }
    auto step =
        Sized(situation, *active[i], growth.size, decisions::kScaleInProportion, is_scaled_down);
    if (step) return step;
  }
  if (held) return KeepOpen(situation, *held);
  if (auto step = GrowKeeperWithoutShare(situation, keeper)) return step;
  return AcknowledgeSizes(situation);
}

std::optional<Step> RefreshAnnotations(const Situation& situation,
                                       const std::vector<const ReplicaSet*>& active) {
  for (const ReplicaSet* rs : active) {
    if (!SaysOtherSize(*rs, situation.limits.desired)) continue;
    auto step = Sized(situation, *rs, rs->replicas, decisions::kRefreshSizeAnnotations);
    if (step) return step;
  }
  return std::nullopt;
}

// If the template is refused, or its ReplicaSet cannot be made (IsCreateRefused), no rolling update
// replaces missing Pods. Returns the write that then grows the keeper by the number of missing Pods
// (RO-120). Example: 10 desired; another client scales an old ReplicaSet down, so that 8 Pods are
// left: the keeper gets 2. Returns nullopt
//   - if the template is not refused, and its ReplicaSet can be made
//   - if no Pod is missing, or there is no keeper
//   - if the workload is paused. Windlass then replaces missing Pods only after an edit of the
//     workload's spec (KeepsAdoptedSizes, RO-123)
std::optional<Step> BringBackMissing(const Situation& situation) {
  const ReplicaSet* keeper = FindKeeper(situation);
  const int64_t missing = situation.limits.desired - TotalReplicas(situation.all);
  if (situation.workload.paused || keeper == nullptr || missing <= 0) return std::nullopt;
  if (!situation.extended.refused && !IsCreateRefused(situation)) return std::nullopt;
  return GrowKeeper(situation, *keeper, keeper->replicas + static_cast<int32_t>(missing));
}

std::optional<Step> NextOfScaling(const Situation& situation) {
  const Scaling scaling = ScalingOf(situation);
  const std::vector<const ReplicaSet*> active = Active(situation.all);
  switch (scaling) {
    case Scaling::kNone: return BringBackMissing(situation);
    case Scaling::kOneActive: return ScaleOnlyOne(situation, active);
    case Scaling::kProportional: return ScaleInProportion(situation, active);
    case Scaling::kRefresh: return RefreshAnnotations(situation, active);
    case Scaling::kSaturated:
      for (const ReplicaSet* rs : active) {
        if (rs == situation.new_replica_set) continue;
        return Resize(situation, *rs, 0, decisions::kScaleDownOldReplicaSet);
      }
      return std::nullopt;
  }
  return std::nullopt;
}

// Call this for a paused workload without a scaling event. Returns true if its ReplicaSets keep
// their sizes. With other sizes they could get surge Pods, which would be removed again after the
// pause (RO-049).
//   - Kinds that keep a stable revision: true if there are as many Pods as desired, or more.
//   - Other kinds: true if there are exactly as many Pods as desired, and Pods are held back or
//     follow a revision. Example: 10 desired, surge 3, new 3, old 7, updated_max 3.
bool RestsAtLimit(const Situation& situation) {
  const int64_t total = TotalReplicas(situation.all);
  // A pause must not give more Pods to a revision that is given up.
  if (situation.workload.kind.traits().keeps_stable_revision) {
    return total >= situation.limits.desired;
  }
  const bool holds = situation.limits.kept_old() > 0 || situation.workload.follow_revision;
  return holds && total == situation.limits.desired;
}

// A paused workload adopts ReplicaSets one by one. Returns true if it may still have to adopt a
// ReplicaSet with Pods (RO-038). Example: 20 desired. A ReplicaSet of size 5 is adopted, and one of
// size 15 is not adopted yet. The first one must not get size 20. By the number of ReplicaSets with
// Pods:
//   - two or more: false
//   - one: true
//   - none: false if there is a sign that the workload itself has removed its Pods; otherwise true.
//     Example of a sign: the note that the workload scaled a ReplicaSet to 0
bool MayBeHalfAdopted(const Situation& situation, const std::vector<const ReplicaSet*>& active) {
  const Workload& workload = situation.workload;
  if (active.size() > 1) return false;
  if (!active.empty()) return true;
  const ReplicaSet* rs = situation.new_replica_set;
  if (rs != nullptr && SaysOtherSize(*rs, workload.replicas)) return false;
  if (FindProvenOther(situation) != nullptr) return false;
  return std::ranges::none_of(situation.all, [&](const ReplicaSet* one) {
    return WasScaledToZero(workload, *one) ||
           (situation.recreate() && !workload.revision.empty() && IsPublished(workload, *one));
  });
}

// Returns true if the ReplicaSets of a paused workload keep their sizes because the workload may
// have taken them over in mid-rollout. The sizes may then be right although the spec has another
// size: an autoscaler may have scaled the former workload last.
//
// They keep their sizes until a user edits the workload's spec (RO-038, RO-123). While
// MayBeHalfAdopted is true, an edit ends this only if it changes spec.replicas, which is a scaling
// event (`event`). Always false for kinds that do not take over ReplicaSets of other kinds in
// mid-rollout.
bool KeepsAdoptedSizes(const Situation& situation, const std::vector<const ReplicaSet*>& active,
                       bool event) {
  const Workload& workload = situation.workload;
  if (!workload.paused || !workload.kind.traits().takes_over_rollouts) return false;
  const int64_t observed = workload.status.observed_generation;
  const bool edited = observed >= 1 && observed < workload.meta.generation;
  return !edited || (!event && MayBeHalfAdopted(situation, active));
}

// Call this for a workload that wants Pods. Returns true if Pods come back in an earlier revision
// (RO-122). All of these must hold:
//   - The workload has no Pods (`active` is empty).
//   - No rollout makes Pods, for one of these reasons:
//       1. The template is refused.
//       2. Its ReplicaSet is not known, and this has lasted long or a new one cannot be made
//          (Extended::new_one_overdue).
//       3. The workload has a kept revision, and its new ReplicaSet is refused.
//   - There is an earlier revision in which Pods can come back.
// Under Recreate, if the template is not refused, two more conditions must hold:
//   - For reason 3: a dry run has shown the refusal (Extended::new_one_forbidden). Otherwise
//     Recreate would remove the Pods again.
//   - The workload was scaled to 0 before (FindServedLast). Pods that Recreate itself removed come
//     back with the template.
bool WakesWithoutTemplate(const Situation& situation,
                          const std::vector<const ReplicaSet*>& active) {
  if (!active.empty()) return false;
  const Extended& extended = situation.extended;
  const bool recreate = situation.recreate();
  const bool kept = situation.workload.kept_revision.has_value();
  const bool refused = extended.refused.has_value();
  const bool stays = !recreate || extended.new_one_forbidden;
  const bool held_up =
      refused || extended.new_one_overdue || (kept && stays && IsCreateRefused(situation));
  if (!held_up) return false;
  if (FindServedLast(situation, situation.all) != nullptr) return true;
  return (refused || !recreate) && FindProvenOther(situation) != nullptr;
}

}  // namespace

Scaling ScalingOf(const Situation& situation) {
  const Workload& workload = situation.workload;
  const int32_t replicas = workload.replicas;
  const std::vector<const ReplicaSet*> active = Active(situation.all);
  const bool event = HasSizeEvent(situation);
  if (KeepsAdoptedSizes(situation, active, event)) return Scaling::kNone;
  if (replicas > 0 && WakesWithoutTemplate(situation, active)) return Scaling::kOneActive;
  if (!event && (!workload.paused || RestsAtLimit(situation))) return Scaling::kNone;
  // True if Windlass has decided the sizes of this generation already. The rollout may have changed
  // these sizes since.
  const bool acted_upon =
      !workload.paused && workload.status.observed_generation >= workload.meta.generation;
  if (active.size() <= 1) return acted_upon ? Scaling::kRefresh : Scaling::kOneActive;
  if (IsSaturated(situation)) return Scaling::kSaturated;
  // While Pods go back, the revision that is given up must not get a share of a larger size.
  const bool goes_back =
      !workload.paused && workload.follow_revision && situation.new_replica_set != nullptr;
  return situation.recreate() || acted_upon || goes_back ? Scaling::kRefresh
                                                         : Scaling::kProportional;
}

std::optional<Step> HandleScaling(const Situation& situation) {
  auto step = NextOfScaling(situation);
  if (!step) return std::nullopt;
  if (auto refused = RefuseAndTellStrategy(situation)) return refused;
  return step;
}

std::optional<Step> KeepAtSize(const Situation& situation, const ReplicaSet& rs, int32_t surge) {
  const int32_t desired = situation.limits.desired;
  const int32_t replicas = std::min(desired, kUnlimited - surge) + surge;
  const bool stale = rs.replicas > 0 && SaysOtherSize(rs, desired);
  if (rs.replicas == replicas && !stale) return std::nullopt;
  if (KeepsAdoptedSizes(situation, Active(situation.all), stale)) return std::nullopt;
  const Growth growth = GrowthOf(situation, &rs, replicas);
  if (!growth.whole) return growth.ask;
  if (growth.size == rs.replicas && !stale) return std::nullopt;
  return Sized(situation, rs, growth.size, decisions::kScaleReplicaSet);
}

Write Resize(const Situation& situation, const ReplicaSet& rs, int32_t replicas, Decision decision,
             ReplicaSetChange change) {
  SetSizeAnnotations(situation.limits, change.annotations);
  if (replicas != rs.replicas) {
    change.replicas = replicas;
    if (replicas == 0) NoteScaledToZero(situation, rs, change.annotations);
    const PlannedWrite resize{.what = PlannedWrite::What::kResize, .onto = &rs};
    situation.extension().Note(situation, resize, change.annotations);
  }
  Write write{.request = PatchReplicaSet(rs, change),
              .because = {decision,
                          {{"replicaset", rs.meta.name},
                           {"from", rs.replicas},
                           {"to", replicas},
                           {"desired", situation.limits.desired},
                           {"total", TotalReplicas(situation.all)},
                           {"max_total", situation.limits.max_total()},
                           {"min_available", situation.limits.min_available()}},
                          change.counted_reason}};
  if (replicas != rs.replicas) {
    const std::string direction = replicas > rs.replicas ? "Scaled up" : "Scaled down";
    write.needs_recent_view = replicas < rs.replicas;
    write.check = CheckReplicaSetSize(KeyOf(rs.meta), replicas);
    write.on_success.push_back({Event::Type::kNormal, "ScalingReplicaSet",
                                direction + " replica set " + rs.meta.name + " from " +
                                    std::to_string(rs.replicas) + " to " +
                                    std::to_string(replicas)});
  }
  return write;
}

std::optional<Step> GrowKeeper(const Situation& situation, const ReplicaSet& keeper,
                               int32_t wanted) {
  if (wanted <= keeper.replicas) return std::nullopt;
  const Growth growth = GrowthOf(situation, &keeper, wanted);
  if (growth.size <= keeper.replicas) return growth.ask;
  return Resize(situation, keeper, growth.size, decisions::kScaleUpOldReplicaSet);
}

std::optional<Step> UpdateNewReplicaSet(const Situation& situation, int32_t replicas) {
  const ReplicaSet& rs = *situation.new_replica_set;
  ReplicaSetChange change = MissingFromNewReplicaSet(situation);
  NoteScaledDown(situation, replicas, /*is_scaled_down=*/false, change);
  if (replicas != rs.replicas) {
    const Decision decision = replicas > rs.replicas ? decisions::kScaleUpNewReplicaSet
                                                     : decisions::kScaleDownNewReplicaSet;
    return Resize(situation, rs, replicas, decision, std::move(change));
  }
  if (change.empty()) return std::nullopt;
  return UnlessInVain(
      situation, Write{.request = PatchReplicaSet(rs, change),
                       .because = {decisions::kAnnotateNewReplicaSet,
                                   {{"replicaset", rs.meta.name},
                                    {"annotations", change.annotations.size()},
                                    {"min_ready_seconds", situation.workload.min_ready_seconds}},
                                   change.counted_reason}});
}

}  // namespace windlass::workload
