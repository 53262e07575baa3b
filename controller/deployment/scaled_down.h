// What proportional.h keeps of a broken rollout that is scaled down stays (B-12).
//
// A rolling update may spend maxUnavailable good Pods on new ones that have yet to start. After
// `kubectl scale` the next pass would spend those that scaling has just spared:
//
//   10 replicas, maxSurge 3, maxUnavailable 2: 8 good old Pods, 5 new ones that cannot start
//   scaled to 6                                6           and  3
//   the next pass                              4           and  5, as 4 is the minimum
//
// With 25 % and 25 % scaling gives 6 and 2, the next pass would make it 5 and 3. So a new
// ReplicaSet of which no Pod is available notes that its Deployment was scaled down, in the patch
// that does it. Until one is available, passes keep `replicas` available, as if maxUnavailable were
// 0: then 6 and 3 stay. The sizes alone cannot tell: a rollout of 6 that has just begun has 6 and
// 3, too, and goes on to 4 and 5.
//
//   internal.windlass.dev/scaled-down  9/6
//
// is the ReplicaSet's generation after that patch and the Deployment's size. It counts for these
// only: after another scaling, or when somebody else has changed the ReplicaSet, it says nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "controller/deployment/patches.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

inline constexpr std::string_view kScaledDown = "internal.windlass.dev/scaled-down";

// Returns true if the Deployment gets smaller while no Pod of its new ReplicaSet is available. To
// be asked before the ReplicaSet has its new annotations.
bool IsScaledDownBroken(const Situation& situation);

// Adds the note to a change that gives the new ReplicaSet the size `replicas`, if `is_scaled_down`,
// or if the note that it has would not outlive the change.
void NoteScaledDown(const Situation& situation, int32_t replicas, bool is_scaled_down,
                    ReplicaSetChange& change);

// What a pass over old ReplicaSets has to keep to.
Fenceposts LimitsForOld(const Situation& situation);

}  // namespace windlass::deployment
