// Sizes after `kubectl scale` in mid-rollout: every active ReplicaSet keeps its share of the Pods.
//
// Pure arithmetic. scale.h says when it applies, and writes what it says, one ReplicaSet at a time,
// planning anew after each: whoever is interrupted, whatever was written first, arrives at the same
// sizes (B-11; the annotations tell which ones are written already). A plan, and so each
// of its writes that shrink, leaves min_available Pods available, or as many as there were.
//
// Source: D-357, D-360, D-361. We differ from upstream in three ways (docs/differences.md):
//   B-11         what rounding leaves over goes to the first ReplicaSet that is not written yet,
//                not to the first of all, which may have had it already;
//   B-12         going down, Pods that are not available go before Pods that are: those of old
//                ReplicaSets always, those of the new one until as many as `replicas` are spared.
//                The total is upstream's. The new one's last Pod stays: whether the cause is mended
//                shows there. scaled_down.h keeps the rollout from spending what was spared;
//   B-13         and any if fewer than min_available were left: also those of one that is written
//                already because its Pods failed since, and the last one of a ReplicaSet.
//
// B-12 by numbers: 10 replicas, 8 good old Pods, 5 new ones that cannot start.
//   maxSurge 3, maxUnavailable 2
//     scaled to 6      9 in all    in proportion 6 and 3   6 are good: that is it
//     scaled to 5      8 in all    in proportion 5 and 3   5 are good: that is it
//     scaled to 9     12 in all    in proportion 7 and 5   8 and 4: all good ones stay
//   25 % and 25 %
//     scaled to 6      8 in all    in proportion 5 and 3   6 and 2
//     scaled to 5      7 in all    in proportion 4 and 3   5 and 2
//   maxSurge 0, maxUnavailable 2, so 8 and 2
//     scaled to 2      2 in all    in proportion 2 and 0   1 and 1: the last new one stays
// Several old ReplicaSets, 25 % and 25 %: 4 broken old Pods, 6 good old ones, 5 broken new ones,
// scaled to 6, so 8 in all. In proportion 2, 3 and 3; three more good ones are wanted, one broken
// old Pod and two new ones make room: 1, 6 and 1.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "controller/deployment/rolling.h"

namespace windlass::deployment {

// One active ReplicaSet.
struct ReplicaSetShare {
  int32_t replicas = 0;   // spec.replicas
  int32_t available = 0;  // as far as it can be relied upon
  // What the total was allowed to be when `replicas` was decided: its max-replicas annotation;
  // nullopt when there is none that can be read.
  std::optional<int32_t> max_replicas{};
  bool is_new = false;
  bool written = false;  // both its size annotations say the present sizes
};

// How many replicas more, or fewer, keep `rs` its share of the whole. Without an annotation, or
// with a zero, `status_replicas` of the Deployment stands in; 0 if that is zero, too (D-357.3).
// Rounds half away from zero.
int64_t FractionOf(const ReplicaSetShare& rs, const Fenceposts& limits, int32_t status_replicas);

// The size each ReplicaSet should have, in the order given: oldest first, then by name. Together
// they come to desired plus surge, or to 0 if desired is 0; more only where the first one cannot
// give up as much as it should (D-357.4). All fractions at once: the largest ReplicaSet first, and
// among equals the newest when growing, the oldest when shrinking. Where every Pod is available,
// and the new ReplicaSet not above desired, upstream's sizes.
std::vector<int32_t> ProportionalSizes(std::span<const ReplicaSetShare> active,
                                       const Fenceposts& limits, int32_t status_replicas);

}  // namespace windlass::deployment
