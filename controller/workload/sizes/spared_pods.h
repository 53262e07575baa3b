// Keeps the Pods that proportional.h spared when a broken rollout was scaled down (B-12).
//
// A rolling update may remove maxUnavailable good Pods to make room for new Pods that have not
// started yet. After `kubectl scale`, the next pass of the rolling update would remove Pods that
// the scaling has just spared:
//
//   10 replicas, maxSurge 3, maxUnavailable 2: 8 good old Pods, 5 new ones that cannot start
//   scaled to 6                                6           and  3
//   the next pass                              4           and  5, as 4 is the minimum
//
// So if a workload is scaled down while no Pod of its new ReplicaSet is available, Windlass writes
// a note on the new ReplicaSet. Until a new Pod is available, each pass keeps `replicas` Pods
// available, as if maxUnavailable were 0. In the example 6 and 3 stay. The sizes alone do not show
// that the workload was scaled down. A rollout of 6 replicas that has just begun also has 6 and 3,
// and must proceed to 4 and 5.
//
//   internal.windlass.dev/scaled-down  9/6
//
// The note holds the ReplicaSet's generation after the patch that writes the note, and the size of
// the workload. Example: "9/6" is valid at generation 9 while spec.replicas is 6. If either
// differs, the note is void: the workload was scaled again, or another client changed the
// ReplicaSet.
#pragma once

#include <cstdint>
#include <string_view>

#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

inline constexpr std::string_view kScaledDown = "internal.windlass.dev/scaled-down";

// Returns true if the workload gets smaller, and its new ReplicaSet has a size above 0 but no
// available Pod. Returns false if maxUnavailable is 0. Call this function before the new ReplicaSet
// gets its new size annotations, because the old annotations show the workload's former size.
bool IsScaledDownBroken(const Situation& situation);

// `change` is a write to the new ReplicaSet that gives it the size `replicas`. Adds the note
// kScaledDown to `change` in two cases:
//   - `is_scaled_down` is true: the workload gets smaller (IsScaledDownBroken). The new ReplicaSet
//     itself may keep its size.
//   - The new ReplicaSet has a valid note, and `change` raises its generation. The note must name
//     the generation, so it is written anew. Example: `change` raises generation 9 to 10, so "9/6"
//     becomes "10/6".
void NoteScaledDown(const Situation& situation, int32_t replicas, bool is_scaled_down,
                    ReplicaSetChange& change);

// Returns the limits that decide how many old Pods a rolling update may remove. While the note
// kScaledDown of the new ReplicaSet is valid, max_unavailable is 0.
Fenceposts LimitsForOld(const Situation& situation);

}  // namespace windlass::workload
