// Keeps the Pods that proportional.h spared when a broken rollout was scaled down (B-12).
//
// A rolling update may spend maxUnavailable good Pods on new ones that have yet to start. After
// `kubectl scale` the next pass would spend those that scaling has just spared:
//
//   10 replicas, maxSurge 3, maxUnavailable 2: 8 good old Pods, 5 new ones that cannot start
//   scaled to 6                                6           and  3
//   the next pass                              4           and  5, as 4 is the minimum
//
// With 25 % and 25 %, scaling gives 6 and 2, and the next pass would make it 5 and 3. So the patch
// that scales down a new ReplicaSet without available Pods also notes that its workload was
// scaled down. Until one of these Pods is available, passes keep `replicas` available, as if
// maxUnavailable were 0: then 6 and 3 stay. The sizes alone do not tell: a rollout of 6 that has
// just begun has 6 and 3 too, and goes on to 4 and 5.
//
//   internal.windlass.dev/scaled-down  9/6
//
// The note holds the ReplicaSet's generation after that patch and the workload's size. It is
// valid for these two only: another scaling, or a change of the ReplicaSet by another client, makes
// it void.
#pragma once

#include <cstdint>
#include <string_view>

#include "controller/workload/patches.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

inline constexpr std::string_view kScaledDown = "internal.windlass.dev/scaled-down";

// Returns true if the workload gets smaller while no Pod of its new ReplicaSet is available, and
// maxUnavailable is not 0. Must be called before the ReplicaSet has its new annotations.
bool IsScaledDownBroken(const Situation& situation);

// Adds the note to `change`, which gives the new ReplicaSet the size `replicas`, if
// `is_scaled_down`. Also renews a valid note that `change` would make void.
void NoteScaledDown(const Situation& situation, int32_t replicas, bool is_scaled_down,
                    ReplicaSetChange& change);

// Returns the limits for a pass over old ReplicaSets.
Fenceposts LimitsForOld(const Situation& situation);

}  // namespace windlass::workload
