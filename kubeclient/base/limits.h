// Every bound of the daemon, with its reason (architecture, decision 8).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kubeclient/base/clock.h"

namespace windlass {

// --- reflector (client-go's figures, R-017, R-054) ---
// After so long without the right to list or watch, what is cached may be of ghosts.
inline constexpr Duration kFrozenAfter = seconds(120);

// --- queue (Q-005) ---
// Retries of one namespace get one tenth of the client's rate: where everything fails, nine tenths
// are left for the rest (D-521).
inline constexpr int kRetryRateShare = 10;
// Counters of a rollout under way change with every Pod: they are published together, at most so
// much later (W-006). What somebody waits for is published at once.
inline constexpr Duration kCountersPatience = seconds(1);
// The same while a ReplicaSet controller that lags is still to act on a size: what it does will
// change the counters again.
inline constexpr Duration kUnsettledPatience = seconds(20);

// A key that costs more is served one class later for a minute.
inline constexpr int kNoisyCallsPerSync = 10;
inline constexpr int kNoisyCallsPerMinute = 100;

// --- in-place updates, as metrics and events show them ---
// Pods between patch and availability; more at once are patched, but not told of.
inline constexpr size_t kInPlacePodsFollowedMax = 10000;
// A patch that nobody saw being made is taken up if it is no older: it may have been carried out
// long ago, and the container have crashed since.
inline constexpr Duration kInPlaceTakenUpWithin = seconds(600);

// --- sync ---
inline constexpr int kStepsPerSyncMax = 32;
inline constexpr Duration kSyncDeadline = seconds(30);
// A planner's own bound, below the one above: while requests are on their way Pods become ready,
// and a walk could go on for as long as the rollout. The rest is left to the next sync.
inline constexpr size_t kRequestsPerSyncMax = 24;
inline constexpr Duration kNextSyncAfter = milliseconds(100);
// Patches of one ReplicaSet in one sync after which none is sent for the sake of annotations: a
// server that changes what it is sent must not hold up the rollout, nor have us write without end.
inline constexpr int kPatchesOfOneReplicaSet = 3;
// A new ReplicaSet that has no room because Pods of old ones stay: users are told after the first,
// and then once in each of the second. Where a whole cluster is slow, every rollout waits so.
inline constexpr std::chrono::seconds kHeldToldAfter{30};
inline constexpr std::chrono::seconds kHeldToldAgain{600};
// Recreate, while the cache cannot tell yet whether old Pods are left. Not a wait for the Pods:
// their disappearance is an event.
inline constexpr Duration kRecreateLookAgain = seconds(1);

// --- leadership (L-011) ---
// A cache that lags says so by an event; a bookmark, or an object that nobody can read, does not.
inline constexpr Duration kLeadershipBarrierLook = milliseconds(250);
// What a cache lacks after so long may be a list that was wrong: look anew.
inline constexpr Duration kLeadershipBarrierPatience = seconds(30);
inline constexpr Duration kLeadershipBarrierBackOffMax = seconds(5);

// --- objects ---
inline constexpr size_t kRevisionHistoryBytesMax = 2000;  // D-164
// What an in-place update notes down in a Pod: 0.5 KB for one container, 30 containers re-targeted
// three times at the worst. All annotations of an object together may have 256 KiB.
inline constexpr size_t kPodStateBytesMax = size_t{32} << 10U;
// All annotations of an object together, keys and values: the API server's limit.
inline constexpr size_t kAnnotationBytesMax = size_t{256} << 10U;
// A template that travels in an annotation while two ReplicaSets exchange theirs (in-place C.5):
// half of that is left for the others.
inline constexpr size_t kStashTemplateBytesMax = size_t{128} << 10U;
// Containers that were there while a patch was under way, remembered per container (in-place C.4).
inline constexpr size_t kSeenContainersMax = 3;

}  // namespace windlass
