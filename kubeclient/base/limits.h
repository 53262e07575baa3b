// Every bound of the daemon, with its reason (architecture, decision 8).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kubeclient/base/clock.h"

namespace windlass {

// --- calls ---
// Bookmarks come once a minute: two missing mean a dead connection.
inline constexpr int kListPageSize = 500;

// --- leader election ---
// Calls of leader election before the next retry period: a bare PUT, its refusal, a GET, a PUT.
inline constexpr int kLeaseRoundCallsMax = 4;
// A renewal older than this many attempts has long failed or been seen.
inline constexpr size_t kLeaseAttemptsMax = 8;
inline constexpr Duration kLeaseReleaseMax = seconds(2);  // L-008
// Successors of a Lease that was given up come one by one (L-009).
inline constexpr Duration kLeaseTakeOverJitter = milliseconds(200);

// --- reflector (client-go's figures, R-017, R-054) ---
inline constexpr Duration kWatchTimeoutLow = seconds(300);
inline constexpr Duration kWatchTimeoutHigh = seconds(600);
inline constexpr Duration kReflectorBackOffFirst = milliseconds(800);
inline constexpr Duration kReflectorBackOffMax = seconds(30);
inline constexpr Duration kReflectorBackOffReset = seconds(120);
// A watch that ends sooner, without an event, has failed.
inline constexpr Duration kVeryShortWatch = seconds(1);
// Spread of the next watch after an orderly end: a restarted server meets us one by one.
inline constexpr Duration kWatchAgainJitter = seconds(1);
// A watch list that says nothing for so long is reported, then given up for a list.
inline constexpr Duration kWatchListSilenceWarn = seconds(10);
inline constexpr Duration kWatchListSilenceMax = seconds(60);
// How long a server that refused a watch list is listed instead.
inline constexpr Duration kWatchListUnsupportedFor = seconds(600);
// A server in trouble gets so long before a failing watch becomes a list.
inline constexpr Duration kServerErrorPatience = seconds(60);
// Restarts of a paged list, because its pages expired, before it is asked for in one piece;
// never where one piece was too large before.
inline constexpr int kPageRestartsMax = 2;
// Relists in a row that do not wait: a server that always refuses must meet the back-off.
inline constexpr int kRelistsAtOnceMax = 3;
// Pages of one list: 10 million objects; a server that never ends is broken.
inline constexpr int kListPagesMax = 20000;
// A relist that would remove more than half of so many objects is confirmed first.
inline constexpr size_t kVanishGuardObjects = 20;
// A watch that has not failed by then, since its headers came, is taken to be well.
inline constexpr Duration kWatchTakenAsWell = seconds(10);
// Silent watches in a row before one object is listed, to see whether the server knows our version
// lists or bookmarks in a row that go back before we believe it.
inline constexpr int kSilencesMax = 2;
inline constexpr int kTimesBackMax = 3;
// An object whose very name cannot be read is looked for by a relist within so long.
inline constexpr Duration kUnnamedRelist = seconds(300);
// After so long without the right to list or watch, what is cached may be of ghosts.
inline constexpr Duration kFrozenAfter = seconds(120);
// A lost wake-up is found within a round, +- 50 %, in at most so many turns.
inline constexpr Duration kResyncPeriod = seconds(1800);
inline constexpr size_t kResyncTurnsMax = 180;
// The cache is compared with the API server every so often, +- 50 % (R-051). Bookmarks come once a
// minute: an audit that waits longer for the watch to catch up is given up.
inline constexpr Duration kAuditPeriod = seconds(6 * 3600);
inline constexpr Duration kAuditPatience = seconds(300);
inline constexpr Duration kAuditLook = seconds(1);
inline constexpr uint64_t kAuditDifferencesLogged = 10;
// Event types nobody knows are named in the log once each, and so many at most.
inline constexpr size_t kUnknownTypesLogged = 8;
inline constexpr size_t kUnknownTypeShown = 64;
// An API that is not installed is looked for once a minute, +- 20 % (R-024).
inline constexpr Duration kAbsentApiProbe = seconds(60);
// A missing right does not come back by asking fast.
inline constexpr Duration kForbiddenBackOffMax = seconds(60);

// --- queue (Q-005) ---
inline constexpr Duration kRetryFirst = milliseconds(50);
inline constexpr Duration kRetryMax = seconds(60);
inline constexpr Duration kPolicyRetryMax = seconds(300);
// Whoever failed longer ago than this starts over.
inline constexpr Duration kFailuresForgottenAfter = seconds(3600);
// A key that met so many errors of our own in a row is tried every kPolicyRetryMax.
inline constexpr int kInternalErrorsMax = 10;
// Retries of one namespace get one tenth of the client's rate: where everything fails, nine tenths
// are left for the rest (D-521).
inline constexpr int kRetryRateShare = 10;
// Lost races in a row before they count as failures: two writers must not livelock.
inline constexpr int kConflictsMax = 5;
// The watch is rarely further behind a reply than this.
inline constexpr Duration kConflictWait = seconds(1);
// What a ready key gains on younger ones by waiting, and how often that is looked at.
inline constexpr Duration kAgeingPeriod = seconds(10);
inline constexpr int64_t kAgeingPoints = 50;
inline constexpr Duration kAgeingLook = seconds(1);
// A key woken only by ReplicaSet status waits this long, not extended (architecture §7).
inline constexpr Duration kStatusCoalescing = milliseconds(20);
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
