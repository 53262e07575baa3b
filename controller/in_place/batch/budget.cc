#include "controller/in_place/batch/budget.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

namespace windlass::in_place {
namespace {

template <typename Condition>
int64_t Count(std::span<const RolloutPod> pods, Condition&& holds) {
  return std::ranges::count_if(pods, holds, &RolloutPod::standing);
}

// Returns true if the Pod has the new revision and does not show yet that it works.
bool IsUnproven(const PodStanding& pod) {
  return pod.updated && (!pod.available || pod.resizing) && pod.waited_for();
}

bool IsProven(const PodStanding& pod) { return pod.updated && pod.available && !pod.resizing; }

// Returns how many Pods are available beyond those that must stay available; negative if too few
// are available. `surplus` Pods are about to be removed and do not count. Example: 10 desired,
// max_unavailable 2, surplus 0, 7 available: 7 - 0 - (10 - 2) = -1.
int64_t Spare(std::span<const RolloutPod> pods, const BatchLimits& limits) {
  const int64_t available = Count(pods, [](const PodStanding& pod) { return pod.available; });
  const int64_t needed = int64_t{limits.desired} - limits.max_unavailable;
  return available - limits.surplus - needed;
}

// What is left of each limit while a batch is put together, Pod by Pod.
class Room {
 public:
  Room(std::span<const RolloutPod> pods, const BatchLimits& limits)
      : returning_(limits.returning),
        enough_others_(Spare(pods, limits) >= 0),
        budget_(Budget(pods, limits)),
        to_update_(ToUpdate(pods, limits)),
        unproven_(UnprovenMax(pods, limits) - Count(pods, IsUnproven)),
        unproven_gentle_(std::max(UnprovenMax(pods, limits), QuarterOf(limits.desired)) -
                         Count(pods, IsUnproven)) {
    const bool proven = Count(pods, IsProven) > 0;
    canary_ = limits.canary_first && !limits.returning && !proven;
    canary_out_ =
        Count(pods, [](const PodStanding& pod) { return IsUnproven(pod) && !pod.stand_in; }) > 0;
    for (const RolloutPod& one : pods) {
      const PodStanding& pod = one.standing;
      if (pod.in_flight && pod.waited_for()) busy_nodes_.insert(pod.node);
      if (pod.updated && pod.unschedulable && !pod.stand_in) unschedulable_out_ = true;
    }
  }

  // If `pod` fits into every limit, deducts the Pod from the limits and returns true; otherwise
  // returns false.
  bool Take(const PodStanding& pod) {
    // A Pod in flight that is not Ready is down already, so it takes no room (P-034). A Ready one
    // may be serving: it is patched only while enough other Pods are available.
    const bool has_room = pod.in_flight ? !pod.ready || enough_others_ : HasRoomFor(pod);
    if (to_update_ <= 0 || !IsLetByCanary(pod) || !has_room) return false;
    --to_update_;
    if (pod.available && !pod.gentle) --budget_;
    if (pod.unschedulable) unschedulable_out_ = true;
    if (!pod.waited_for()) return true;
    --unproven_;
    --unproven_gentle_;
    canary_out_ = true;
    if (pod.gentle) return true;
    busy_nodes_.insert(pod.node);
    return true;
  }

 private:
  // A Pod that is down already waits for the canary, too, because its last patch may still bring it
  // up. Example: v2 fails, two Pods are patched back to v1, and v3 comes before they are up. Only
  // one of them, the canary, gets v3. If v3 fails, too, the other one still comes up with v1.
  bool IsLetByCanary(const PodStanding& pod) const {
    if (!canary_) return true;
    // A Pod on a lost node proves nothing until the node is back, so it cannot be the canary.
    if (canary_out_ || pod.exempt) return false;
    return !pod.unschedulable || !unschedulable_out_;
  }

  bool HasRoomFor(const PodStanding& pod) const {
    if (pod.exempt) return true;
    if (pod.gentle) return returning_ || unproven_gentle_ > 0;
    if (!returning_ && unproven_ <= 0) return false;
    if (!pod.node.empty() && busy_nodes_.contains(pod.node)) return false;
    return !pod.available || budget_ > 0;
  }

  // Returns a quarter of the Pods, rounded up. Example: 10 Pods: 3.
  static int64_t QuarterOf(int32_t pods) { return (int64_t{pods} + 3) / 4; }

  static int64_t UnprovenMax(std::span<const RolloutPod> pods, const BatchLimits& limits) {
    const int64_t stand_ins =
        Count(pods, [](const PodStanding& pod) { return pod.stand_in && pod.available; });
    return std::max(1, limits.max_unavailable) + stand_ins;
  }

  bool returning_;
  bool enough_others_;
  int64_t budget_;
  int64_t to_update_;
  int64_t unproven_;
  int64_t unproven_gentle_;         // likewise, if no container restarts
  bool canary_ = false;             // true: only one Pod, the canary, may be patched
  bool canary_out_ = false;         // true: the canary is patched, or chosen for this batch
  bool unschedulable_out_ = false;  // the same for the one unschedulable Pod before the canary
  std::set<std::string_view> busy_nodes_;
};

}  // namespace

int64_t ToUpdate(std::span<const RolloutPod> pods, const BatchLimits& limits) {
  const int64_t old =
      Count(pods, [](const PodStanding& pod) { return !pod.updated && !pod.stand_in; });
  return std::max<int64_t>(0, old - (limits.returning ? 0 : limits.partition));
}

int64_t Budget(std::span<const RolloutPod> pods, const BatchLimits& limits) {
  return std::max<int64_t>(0, Spare(pods, limits));
}

std::vector<const RolloutPod*> NextBatch(std::span<const RolloutPod> pods,
                                         std::span<const RolloutPod* const> candidates,
                                         const BatchLimits& limits) {
  Room room(pods, limits);
  std::vector<const RolloutPod*> batch;
  std::ranges::copy_if(candidates, std::back_inserter(batch),
                       [&](const RolloutPod* candidate) { return room.Take(candidate->standing); });
  return batch;
}

int32_t StandIns(std::span<const RolloutPod> pods, const BatchLimits& limits,
                 const StandInLimits& stand_ins) {
  if (limits.returning || (limits.max_unavailable > 0 && !stand_ins.always)) return 0;
  const int64_t under_way = Count(pods, [](const PodStanding& pod) {
    return pod.updated && !pod.available && pod.waited_for() && !pod.stand_in;
  });
  // A patch that restarts nothing needs no stand-in.
  const int64_t gentle =
      stand_ins.always ? 0 : Count(pods, [](const PodStanding& pod) { return pod.gentle; });
  const int64_t wanted = std::max<int64_t>(ToUpdate(pods, limits) - gentle, 0) + under_way;
  return static_cast<int32_t>(std::min<int64_t>(wanted, stand_ins.max_surge));
}

}  // namespace windlass::in_place
