#include "controller/workload/rolling_sizes.h"

#include <algorithm>

namespace windlass::workload {
namespace {

// Returns how many Pods are available. A status that lags may show more than the size of `rs`; then
// returns the size (W-05).
int32_t Available(const ReplicaSetSize& rs) { return std::clamp(rs.available, 0, rs.replicas); }

// Returns how many Pods are surely not available. Example: size 5, 3 available, 1 doubtful: 1.
int64_t Unavailable(const ReplicaSetSize& rs) {
  return std::max<int64_t>(int64_t{rs.replicas} - Available(rs) - rs.doubtful, 0);
}

struct Totals {
  int64_t replicas = 0;
  int64_t available = 0;
};

Totals TotalsOf(std::span<const ReplicaSetSize> sizes) {
  Totals sum;
  for (const ReplicaSetSize& rs : sizes) {
    sum.replicas += rs.replicas;
    sum.available += Available(rs);
  }
  return sum;
}

// Returns how many Pods the new ReplicaSet should lose, if it is above limits.updated_max and there
// are more Pods than desired (RO-048). Example: 6 desired, updated_max 1, new 3, old 5, all
// available: 3 + 5 - 6 = 2. Available Pods are removed only as long as min_available stay.
// NewReplicaSetSize does not make these Pods again (RO-045).
int64_t TooManyNew(const ReplicaSetSize& new_replica_set, const Totals& old,
                   const Fenceposts& limits) {
  if (limits.kept_old() == 0) return 0;
  const int64_t size = new_replica_set.replicas;
  const int64_t surplus = size + old.replicas - limits.desired;
  const int64_t above = size - (int64_t{limits.desired} - limits.kept_old());
  const int64_t available = Available(new_replica_set) + old.available;
  const int64_t spare = std::max<int64_t>(available - limits.min_available(), 0);
  const int64_t may_go = Unavailable(new_replica_set) + spare;
  return std::max<int64_t>(std::min({surplus, above, may_go}), 0);
}

// Returns the size that the keeper should reach: all Pods that should stay old, or fewer, because
// the keeper gets only the places that the new ReplicaSet leaves. Example: 10 desired, updated_max
// 3, new 5: 7 Pods should stay old, but there is room for 10 - 5 = 5.
int64_t DueOfKeeper(const ReplicaSetSize& new_replica_set, const Fenceposts& limits) {
  return std::min<int64_t>(limits.kept_old(), int64_t{limits.desired} - new_replica_set.replicas);
}

// How many Pods the old ReplicaSets can lose, each by itself and all together. limits.kept_old()
// old Pods have to stay, and if there is a keeper (rolling_sizes.h), they have to be its Pods.
// Examples: 7 Pods have to stay, and the two old ReplicaSets have 5 and 4 Pods:
//   - no keeper: `each` is {5, 4}, `together` is 5 + 4 - 7 = 2. With 3 and 2 Pods, `together` would
//     be -2: no Pod can be removed
//   - the first is the keeper: `each` is {0, 4}, `together` is 4. The keeper lacks 2 Pods
//     (KeeperSize)
struct Spare {
  std::vector<int64_t> each;
  int64_t together = 0;
};

Spare SpareOf(std::span<const ReplicaSetSize> old, const Fenceposts& limits,
              std::optional<size_t> keeper) {
  Spare spare;
  int64_t sum = 0;
  for (size_t i = 0; i < old.size(); ++i) {
    const int64_t kept = keeper == i ? limits.kept_old() : 0;
    spare.each.push_back(std::max<int64_t>(old[i].replicas - kept, 0));
    sum += spare.each.back();
  }
  spare.together = keeper ? sum : sum - limits.kept_old();
  return spare;
}

}  // namespace

int32_t NewReplicaSetSize(const ReplicaSetSize& new_replica_set,
                          std::span<const ReplicaSetSize> old, const Fenceposts& limits,
                          std::optional<size_t> keeper) {
  const Totals others = TotalsOf(old);
  const int64_t present = new_replica_set.replicas;
  const int64_t too_many = TooManyNew(new_replica_set, others, limits);
  if (too_many > 0 || present >= limits.desired) {
    return static_cast<int32_t>(std::min<int64_t>(present - too_many, limits.desired));
  }
  const int64_t owed =
      keeper ? std::max<int64_t>(DueOfKeeper(new_replica_set, limits) - old[*keeper].replicas, 0)
             : 0;
  const int64_t room = limits.max_total() - others.replicas - present - owed;
  // Only the keeper, the ReplicaSet whose Pods stay on the old revision, replaces missing old Pods.
  // Without a keeper, the new ReplicaSet gets Pods in their place (RO-045).
  const int64_t kept =
      keeper ? limits.kept_old() : std::clamp<int64_t>(others.replicas, 0, limits.kept_old());
  const int64_t size = std::min(present + room, limits.desired - kept);
  return static_cast<int32_t>(std::max(size, present));
}

int32_t KeeperSize(const ReplicaSetSize& new_replica_set, std::span<const ReplicaSetSize> old,
                   const Fenceposts& limits, size_t keeper) {
  const int64_t present = old[keeper].replicas;
  const int64_t total = TotalsOf(old).replicas + new_replica_set.replicas;
  const int64_t due = DueOfKeeper(new_replica_set, limits);
  const int64_t missing = std::min(due - present, limits.max_total() - total);
  return static_cast<int32_t>(present + std::max<int64_t>(missing, 0));
}

std::vector<int32_t> OldReplicaSetSizes(std::span<const ReplicaSetSize> old,
                                        const ReplicaSetSize& new_replica_set,
                                        const Fenceposts& limits, std::optional<size_t> keeper) {
  std::vector<int32_t> sizes;
  for (const ReplicaSetSize& rs : old) sizes.push_back(rs.replicas);
  const Totals of_old = TotalsOf(old);
  const int64_t total = of_old.replicas + new_replica_set.replicas;
  const int64_t available = of_old.available + Available(new_replica_set);
  Spare may_go = SpareOf(old, limits, keeper);

  // A new Pod that is not available yet may still fail. So no old Pod is removed for it (D-265).
  // may_go leaves out the old Pods that have to stay (RO-044).
  const int64_t pending = new_replica_set.replicas - Available(new_replica_set);
  int64_t removable = std::min(total - limits.min_available() - pending, may_go.together);
  const auto remove = [&](size_t i, int64_t most) {
    const int64_t removed = std::max<int64_t>(std::min(most, may_go.each[i]), 0);
    sizes[i] -= static_cast<int32_t>(removed);
    may_go.each[i] -= removed;
    return removed;
  };

  for (size_t i = 0; i < old.size() && removable > 0; ++i) {  // unhealthy Pods first (D-266)
    removable -= remove(i, std::min(removable, Unavailable(old[i])));
  }

  int64_t spare = std::min(removable, available - limits.min_available());
  for (size_t i = 0; i < old.size() && spare > 0; ++i) {  // then healthy ones (D-268)
    spare -= remove(i, spare);
  }
  return sizes;
}

}  // namespace windlass::workload
