// The writes to ReplicaSets in an in-place update, except those of the exchange (exchange.h). They
// make the pending ReplicaSet with the decision on it, change that decision, set the sizes of
// ReplicaSets, and copy settings. Source: P-013, P-020 … P-026, P-062, P-063, P-074.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/in_place/phases/rollout_in_place.h"

namespace windlass::in_place {

// Returns the write that makes the pending ReplicaSet: creates one without Pods, or takes an old
// one that has the template. Either way the write also notes the decision to update in place
// (P-020, P-021). The Event InPlaceStarted is sent only if the API server keeps what was written
// (TellIfKept). May return another step of CreateNewReplicaSet instead, such as a read. Returns
// nullopt if this sync may not send the write again (UnlessInVain); lost_note.h says what Windlass
// does then.
std::optional<Step> Stage(const workload::Situation& situation);

// Each ReplicaSet has copies of the workload's settings. Returns the next write that makes the
// copies of one ReplicaSet equal to the settings, and removes any other settings from it (P-074).
// Returns nullopt if
//   - no ReplicaSet differs, or each such write would be in vain (Mirror)
//   - the policy is Disabled, and the copies must stay for now: Windlass needs them to find Pods
//     out of traffic, or to give Pods their old template back (GoesBackFirst)
//   - the kind of workload does not mirror settings
std::optional<Step> MirrorAnnotations(const workload::Situation& situation);

// Returns the write that gives the pending ReplicaSet as many stand-ins as are wanted now:
//   - at the end of the rollout: none
//   - if the revision is given up: only those that availability needs (P-024, P-025)
// May return a read of Pods first (GrowthOf). Returns nullopt if
//   - the ReplicaSet has that many
//   - there is no room for more
//   - the revision is not given up, fewer are wanted, and availability needs at least one. Example:
//     of 2 stand-ins, 1 is wanted and 1 needed: 2 stay, because a Pod can be patched only with both
std::optional<Step> KeepStandIns(const workload::Situation& situation);

// Returns the next write that removes stand-ins of a ReplicaSet other than `except`, which may be
// null. The write keeps the stand-ins without which too few Pods would be available. Returns
// nullopt if no stand-in can be removed.
std::optional<Step> RemoveStandIns(const workload::Situation& situation, const ReplicaSet* except);

// Returns the next write that scales down a ReplicaSet, other than the host, for which `is_to_go`
// returns true. Callers use this function for ReplicaSets that a user scaled up. Returns nullopt if
// no Pod can be removed.
//   - Available Pods without which too few would be available stay (I-01). The write notes them as
//     stand-ins, also if all of them stay.
//     Example: 3 replicas, maxUnavailable 0, 2 Pods of the host are available. A user scaled a
//     ReplicaSet from 1 to 2, and both of its Pods are available. 3 - 2 = 1 Pod stays.
//   - Under Recreate no Pod stays.
std::optional<Step> EmptyOther(const workload::Situation& situation,
                               const std::function<bool(const ReplicaSet&)>& is_to_go);

// Returns the write that gives the host the size of the workload plus additional Pods. May return a
// read of Pods first (KeepAtSize). Returns nullopt if the host has that size, or cannot get it now,
// for example for lack of room. Used
//   - while Pods may have to go back to the host's template
//   - after an exchange, while late Pods are patched to the host's new template (P-057). The
//     ReplicaSet controller created them from the old template, before it saw the new one
//
// How many additional Pods; the first case that applies counts:
//   - Pods cannot be seen yet: as many as the host has.
//   - maxUnavailable is above 0: none.
//   - Otherwise one for each available Pod that still has to be patched (P-069). Once the host has
//     additional Pods, also one for each Pod in flight. Example: 3 replicas, maxSurge 1, one Pod
//     has to go back: the host has 4 Pods until that Pod is back.
// Never more than maxSurge minus the stand-ins that still exist. While the workload is paused, or
// if `may_grow` is false, not more than the host has.
std::optional<Step> KeepHostWhileReturning(const workload::Situation& situation,
                                           bool may_grow = true);

// Returns the write that notes that the pending revision is given up because of `why` (Block).
Step BlockRevision(const workload::Situation& situation, const std::string& why);
// If the revision is given up, and the user has set or removed kUnblock since, returns the write
// that notes this (Block); otherwise nullopt. If the user has set kUnblock, Windlass tries the
// revision again from then on. While the host has no Pods, this is not noted yet.
std::optional<Step> NoteUnblock(const workload::Situation& situation);
// Returns what NoteUnblock returns if the user has removed kUnblock; otherwise nullopt.
std::optional<Step> NoteUnblockRemoved(const workload::Situation& situation);
Step FallBackToReplace(const workload::Situation& situation, const Cause& why);

}  // namespace windlass::in_place
