#include "controller/workload/sizes/proportional.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "controller/workload/workload.h"

namespace windlass::workload {
namespace {

int64_t Allowed(const Fenceposts& limits) { return limits.desired > 0 ? limits.max_total() : 0; }

int64_t Total(std::span<const ReplicaSetShare> active) {
  return std::accumulate(active.begin(), active.end(), int64_t{0},
                         [](int64_t sum, const ReplicaSetShare& rs) { return sum + rs.replicas; });
}

// Returns the positions in `active` in order of size, the largest ReplicaSet first. Of ReplicaSets
// with equal sizes, the newest comes first if `growing` is true, else the oldest (D-357.2).
std::vector<size_t> Order(std::span<const ReplicaSetShare> active, bool growing) {
  std::vector<size_t> order(active.size());
  std::iota(order.begin(), order.end(), 0);
  if (growing) std::reverse(order.begin(), order.end());
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return active[a].replicas > active[b].replicas; });
  return order;
}

bool AllWritten(std::span<const ReplicaSetShare> active) {
  return std::all_of(active.begin(), active.end(),
                     [](const ReplicaSetShare& rs) { return rs.written; });
}

// Moves `count` replicas between ReplicaSets: takes at most spare[i] from ReplicaSet i, and gives
// at most lacking[i] to ReplicaSet i. The sums of `spare` and `lacking` must both be at least
// `count`. Example: count 2, spare {3, 0}, lacking {0, 5}: the sizes {4, 1} become {2, 3}.
void Move(int64_t count, const std::vector<int64_t>& spare, const std::vector<int64_t>& lacking,
          std::vector<int64_t>& sizes) {
  int64_t to_take = count;
  for (size_t i = 0; i < sizes.size(); ++i) {  // the oldest gives first
    const int64_t taken = std::min(to_take, spare[i]);
    sizes[i] -= taken;
    to_take -= taken;
  }
  int64_t to_give = count;
  for (size_t i = sizes.size(); i-- > 0;) {  // the newest gets first
    const int64_t given = std::min(to_give, lacking[i]);
    sizes[i] += given;
    to_give -= given;
  }
}

int64_t Sum(const std::vector<int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), int64_t{0});
}

// ProportionalSizes replaces larger results of FractionOf by this value, which is above every total
// of Pods. If a user edited annotations, FractionOf may return 2^62, and the sum of two such
// results would overflow.
constexpr int64_t kFractionMax = int64_t{1} << 40U;

int64_t AvailableLeft(std::span<const ReplicaSetShare> active, const std::vector<int64_t>& sizes) {
  int64_t available = 0;
  for (size_t i = 0; i < active.size(); ++i) {
    available += std::clamp<int64_t>(active[i].available, 0, sizes[i]);
  }
  return available;
}

// Returns how many available Pods of `rs` are worth keeping. For the new ReplicaSet this is at most
// `desired`, because the rollout would remove all Pods above `desired` again.
int64_t Useful(const ReplicaSetShare& rs, const Fenceposts& limits) {
  const int64_t available = std::clamp(rs.available, 0, rs.replicas);
  return rs.is_new ? std::min<int64_t>(available, limits.desired) : available;
}

// Returns true if `rs` must not grow above limits.updated_max, or must not grow at all.
bool IsHeldBack(const ReplicaSetShare& rs, const Fenceposts& limits) {
  return rs.gives_way || (limits.kept_old() > 0 && rs.is_new);
}

// `share` is the change of size with which `rs` keeps its proportion. Returns `share`, or less if
//   - `rs` would grow above limits.updated_max (RO-046). Example: 20 desired, updated_max 6: a new
//     ReplicaSet of size 3 grows by 3 at most; one of size 8 does not grow.
//   - `rs` would grow, and must not grow at all (gives_way).
int64_t WithinUpdatedMax(const ReplicaSetShare& rs, const Fenceposts& limits, int64_t share) {
  if (!IsHeldBack(rs, limits)) return share;
  if (rs.gives_way) return std::min<int64_t>(share, 0);
  const int64_t room = int64_t{limits.desired} - limits.kept_old() - rs.replicas;
  return std::min(share, std::max<int64_t>(room, 0));
}

// Computes the sizes when the total shrinks. Sizes() takes Pods until the total is right, first
// those whose loss does the least harm. scale.cc writes one ReplicaSet at a time, and plans anew
// after each write. Each plan takes Pods in the same order, and so continues the previous one.
// ReplicaSets that are written already keep their size, unless all are written.
class Shrinking {
 public:
  // `order` is the result of Order. `upstream` holds upstream's sizes, which ignore availability.
  Shrinking(std::span<const ReplicaSetShare> active, const Fenceposts& limits,
            const std::vector<size_t>& order, const std::vector<int64_t>& upstream,
            int32_t status_replicas)
      : active_(active), limits_(limits), goals_(upstream) {
    const bool all_written = AllWritten(active);
    std::copy_if(order.begin(), order.end(), std::back_inserter(largest_first_),
                 [&](size_t i) { return all_written || !active[i].written; });
    oldest_first_ = largest_first_;
    std::sort(oldest_first_.begin(), oldest_first_.end());
    for (std::vector<size_t>* one : {&largest_first_, &oldest_first_}) {
      std::ranges::stable_partition(*one, [&](size_t i) { return !active_[i].goes_last; });
    }
    SetGoals(status_replicas);
    for (size_t i = 0; i < active.size(); ++i) {
      sizes_.push_back(std::max<int64_t>(active[i].replicas, goals_[i]));
    }
    left_ = Sum(sizes_) - WantedTotal(Sum(upstream));
  }

  std::vector<int64_t> Sizes() {
    const std::vector<int64_t> nothing(sizes_.size(), 0);
    TakeHeldBack();
    TakeFirst(limits_.desired);
    // Takes unavailable Pods: first of ReplicaSets above their size in proportion, then of old
    // ones. The second loop leaves each ReplicaSet its last Pod, because the number of active
    // ReplicaSets decides how the scaling event goes on (ScalingOf).
    for (const size_t i : largest_first_) TakeDownTo(i, std::max(goals_[i], UsefulOf(i)));
    for (const size_t i : oldest_first_) {
      if (!active_[i].is_new) TakeDownTo(i, std::max<int64_t>(UsefulOf(i), 1));
    }
    // While more than `desired` Pods are available, takes available Pods of ReplicaSets above their
    // size in proportion. Then takes unavailable Pods of the new ReplicaSet, but not its last Pod.
    TakeAvailable(goals_, limits_.desired);
    for (const size_t i : oldest_first_) {
      if (active_[i].is_new) TakeDownTo(i, std::max(active_[i].available, 1));
    }
    // Rounding may have left too many Pods. Takes in this order:
    //   - further available Pods of any ReplicaSet, while more than `desired` are available
    //   - the last Pods of old ReplicaSets that have no available Pods
    //   - Pods that are needed: those above min_available first
    TakeAvailable(nothing, limits_.desired);
    for (const size_t i : oldest_first_) {
      if (!active_[i].is_new && UsefulOf(i) == 0) TakeDownTo(i, 0);
    }
    TakeFirst(limits_.min_available());
    TakeAvailable(goals_, limits_.min_available());
    TakeAvailable(nothing, limits_.min_available());
    for (const size_t i : largest_first_) TakeDownTo(i, 0);
    return sizes_;
  }

 private:
  int64_t UsefulOf(size_t i) const { return Useful(active_[i], limits_); }

  // If the new ReplicaSet has more Pods than limits.updated_max, takes the surplus before any other
  // Pod, because old Pods are to be kept (RO-046). Examples: new 5, updated_max 3: takes 2;
  // updated_max 0: takes all 5.
  void TakeHeldBack() {
    const int64_t updated = int64_t{limits_.desired} - limits_.kept_old();
    for (const size_t i : largest_first_) {
      if (active_[i].is_new && IsHeldBack(active_[i], limits_)) TakeDownTo(i, updated);
    }
  }

  // Takes Pods only of ReplicaSets with `goes_first` (RO-087): first all unavailable ones, then
  // available ones as long as all ReplicaSets together keep `kept` available Pods.
  void TakeFirst(int64_t kept) {
    for (const size_t i : oldest_first_) {
      if (active_[i].goes_first) TakeDownTo(i, UsefulOf(i));
    }
    for (const size_t i : oldest_first_) {
      const int64_t above = std::max<int64_t>(AvailableLeft(active_, sizes_) - kept, 0);
      if (active_[i].goes_first) TakeDownTo(i, std::max<int64_t>(sizes_[i] - above, 0));
    }
  }

  // Sets goals_ to the sizes in proportion (FractionOf). Exception: if a ReplicaSet would grow,
  // goals_ keeps upstream's sizes. A user has then edited annotations or added Pods, and the sizes
  // in proportion may be far from the wanted total.
  //
  // These ReplicaSets keep at least one replica in goals_:
  //   - a ReplicaSet with `goes_last`
  //   - a new ReplicaSet without available Pods, if desired + surge is above 1. Its last Pod lets
  //     users see whether the new template can run. (TakeHeldBack takes even this Pod.)
  void SetGoals(int32_t status_replicas) {
    const auto fraction = [&](size_t i) {
      return FractionOf(active_[i], limits_, status_replicas);
    };
    if (std::ranges::none_of(largest_first_, [&](size_t i) { return fraction(i) > 0; })) {
      for (const size_t i : largest_first_) goals_[i] = active_[i].replicas + fraction(i);
    }
    for (const size_t i : largest_first_) {
      const bool last_new = active_[i].is_new && UsefulOf(i) == 0 && limits_.max_total() > 1;
      if (last_new || active_[i].goes_last) goals_[i] = std::max<int64_t>(goals_[i], 1);
    }
  }

  // Returns how many replicas all ReplicaSets together are to have:
  //   - desired + surge if some ReplicaSets are `written`, but not all, and the written ones have 1
  //     to desired + surge replicas together
  //   - otherwise `upstream`, the total of upstream's sizes
  int64_t WantedTotal(int64_t upstream) const {
    int64_t written = 0;
    for (const ReplicaSetShare& rs : active_) written += rs.written ? rs.replicas : 0;
    const bool under_way = written > 0 && largest_first_.size() < active_.size();
    return under_way && written <= Allowed(limits_) ? Allowed(limits_) : upstream;
  }

  void TakeDownTo(size_t i, int64_t size) {
    const int64_t taken = std::clamp<int64_t>(sizes_[i] - size, 0, left_);
    sizes_[i] -= taken;
    left_ -= taken;
  }

  // Takes available Pods of ReplicaSets above their size in `sizes`, as long as all ReplicaSets
  // together keep `kept` available Pods.
  void TakeAvailable(const std::vector<int64_t>& sizes, int64_t kept) {
    const int64_t above = std::max<int64_t>(AvailableLeft(active_, sizes_) - kept, 0);
    const int64_t rest = std::max<int64_t>(left_ - above, 0);
    left_ -= rest;
    for (const size_t i : largest_first_) {
      if (sizes_[i] <= UsefulOf(i)) TakeDownTo(i, sizes[i]);
    }
    left_ += rest;
  }

  std::span<const ReplicaSetShare> active_;
  Fenceposts limits_;
  std::vector<size_t> largest_first_{};  // positions of the ReplicaSets that give up Pods
  std::vector<size_t> oldest_first_{};
  std::vector<int64_t> goals_;
  std::vector<int64_t> sizes_{};
  int64_t left_ = 0;  // how many replicas are still to be taken
};

// One round in which SpareAvailable removes unavailable replicas so that available Pods stay.
struct SparingRound {
  bool of_written;  // true: also removes replicas of ReplicaSets that are written already
  int64_t kept;     // each ReplicaSet keeps this many replicas
};

// The rounds of SpareAvailable. The rounds remove unavailable replicas until min_available Pods
// stay available:
//   - Round 1 takes nothing from ReplicaSets that are written already, unless all are.
//   - Rounds 1 and 2 leave each ReplicaSet its last replica: the number of active ReplicaSets
//     decides how a scaling event goes on (ScalingOf).
//   - Round 3 may take last replicas. But it cannot take all unavailable ones, so at least two
//     ReplicaSets stay active: one with available and one with unavailable replicas. Example: 10
//     desired, surge 3, max_unavailable 2. When 8 of the 13 replicas are available, the rounds end,
//     and 13 - 8 = 5 unavailable ones are left.
constexpr std::array<SparingRound, 3> kForMinimum = {{
    {.of_written = false, .kept = 1},
    {.of_written = true, .kept = 1},
    {.of_written = true, .kept = 0},
}};

// Changes `sizes` so that up to `most` more available Pods stay, and as many unavailable replicas
// are removed instead (B-13). Example: a ReplicaSet has 6 available Pods, another has 5 unavailable
// ones, and `sizes` is 3 and 3. With `most` 2, `sizes` becomes 5 and 1.
void SpareAvailable(std::span<const ReplicaSetShare> active, const Fenceposts& limits,
                    const SparingRound& round, int64_t most, std::vector<int64_t>& sizes) {
  const bool all_written = AllWritten(active);
  std::vector<int64_t> broken(active.size(), 0);
  std::vector<int64_t> lost(active.size(), 0);
  for (size_t i = 0; i < active.size(); ++i) {
    const ReplicaSetShare& rs = active[i];
    if (rs.written && !all_written && !round.of_written) continue;
    const int64_t available = std::clamp(rs.available, 0, rs.replicas);
    const int64_t most_given = std::max<int64_t>(sizes[i] - round.kept, 0);
    broken[i] = std::clamp<int64_t>(sizes[i] - available, 0, most_given);
    lost[i] = std::max<int64_t>(Useful(rs, limits) - sizes[i], 0);
  }
  Move(std::min({most, Sum(broken), Sum(lost)}), broken, lost, sizes);
}

// Gives `left` replicas, a rest of rounding, to one ReplicaSet: the first in `order` that is not
// written yet, or the first of all if all are written. If `left` is negative, takes these replicas
// from that ReplicaSet.
//   - A ReplicaSet that is held back (IsHeldBack) gets no replicas. If all are held back, the
//     rolling update makes these Pods later.
//   - If any ReplicaSet must not grow (gives_way), the replicas go to an old ReplicaSet that may
//     grow, because it has proven to work. If there is no such old ReplicaSet, the new one gets
//     replicas, up to `desired`.
void GiveRest(std::span<const ReplicaSetShare> active, const Fenceposts& limits,
              const std::vector<size_t>& order, int64_t left, std::vector<int64_t>& sizes) {
  const bool given_up =
      std::ranges::any_of(active, [](const ReplicaSetShare& rs) { return rs.gives_way; });
  const bool beside_given_up = given_up && left > 0;
  const auto may_take = [&](size_t i) { return left < 0 || !IsHeldBack(active[i], limits); };
  const auto first = [&](const auto& wanted) {
    return std::ranges::find_if(order, [&](size_t i) { return may_take(i) && wanted(active[i]); });
  };
  auto to = order.end();
  if (beside_given_up) to = first([](const ReplicaSetShare& rs) { return !rs.is_new; });
  if (to == order.end()) to = first([](const ReplicaSetShare& rs) { return !rs.written; });
  if (to == order.end()) to = std::ranges::find_if(order, may_take);
  if (to == order.end()) return;
  const bool capped = beside_given_up && active[*to].is_new;
  const int64_t room = std::max<int64_t>(limits.desired - sizes[*to], 0);
  sizes[*to] = std::max<int64_t>(sizes[*to] + (capped ? std::min(left, room) : left), 0);
}

}  // namespace

int64_t FractionOf(const ReplicaSetShare& rs, const Fenceposts& limits, int32_t status_replicas) {
  if (limits.desired == 0) return -int64_t{rs.replicas};
  const int64_t annotated = rs.max_replicas.value_or(0);
  const int64_t before = annotated != 0 ? annotated : status_replicas;
  if (before <= 0) return 0;
  const int64_t product = int64_t{rs.replicas} * limits.max_total();  // below 2^63
  const int64_t remainder = product % before;
  const int64_t rounded = product / before + (2 * remainder >= before ? 1 : 0);
  return rounded - rs.replicas;
}

std::vector<int32_t> ProportionalSizes(std::span<const ReplicaSetShare> active,
                                       const Fenceposts& limits, int32_t status_replicas) {
  const int64_t add = Allowed(limits) - Total(active);
  const std::vector<size_t> order = Order(active, add > 0);
  std::vector<int64_t> sizes;
  for (const ReplicaSetShare& rs : active) sizes.push_back(rs.replicas);

  int64_t left = add;
  for (const size_t i : order) {
    if (left == 0) break;
    const int64_t fraction = std::min(FractionOf(active[i], limits, status_replicas), kFractionMax);
    const int64_t wanted = add > 0 ? std::min(fraction, left) : std::max(fraction, left);
    const int64_t share = WithinUpdatedMax(active[i], limits, wanted);
    sizes[i] += share;
    left -= share;
  }
  if (left != 0 && !order.empty()) GiveRest(active, limits, order, left, sizes);

  if (limits.desired > 0) {
    if (add < 0) sizes = Shrinking(active, limits, order, sizes, status_replicas).Sizes();
    for (const SparingRound& round : kForMinimum) {
      const int64_t missing = limits.min_available() - AvailableLeft(active, sizes);
      SpareAvailable(active, limits, round, std::max<int64_t>(missing, 0), sizes);
    }
  }
  std::vector<int32_t> result;
  result.reserve(sizes.size());
  for (const int64_t size : sizes) {
    result.push_back(static_cast<int32_t>(std::clamp<int64_t>(size, 0, kUnlimited)));
  }
  return result;
}

}  // namespace windlass::workload
