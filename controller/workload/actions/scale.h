// Setting a ReplicaSet's size, and `kubectl scale`. Source: D-271, D-350…D-359.
//
// A scaling event is a change of spec.replicas while ReplicaSets are active (spec.replicas above
// 0).
//   - It shows in the desired-replicas annotation of an active ReplicaSet: the workload's size when
//     the annotation was last written (D-352). Example: the workload has 10, the annotation says 8.
//   - It is handled before the rollout proceeds.
//   - The event ends when all these annotations have the new size. If the API server does not keep
//     the annotations, the event ends when the status is written.
// A paused workload is kept at its size in the same way, with or without an event (D-350).
// Exceptions:
//   - Without an event, sizes stay if the workload rests at its limit (RO-049).
//   - For a kind that takes over rollouts, sizes stay until the spec is edited, even if there is an
//     event (RO-123).
//
// After the scaling, the rollout goes on in the same sync, and the status is written last. Upstream
// writes a status between scaling and rollout. This status may acknowledge a new template before
// its rollout has begun (B-41).
//
// Differences from upstream:
//   - B-01: Windlass corrects an out-of-date annotation of a ReplicaSet with the right size.
//     Upstream returns early, and the rollout never runs again.
//   - B-02: under Recreate, the sizes of several ReplicaSets need not stay in proportion. Windlass
//     only corrects the annotations, which ends the event (exception: kSaturated).
//   - Unless the workload is paused, an event changes sizes only for a generation that no status
//     has observed yet (exception: kSaturated). After that only annotations are corrected,
//     whichever client wrote them. So an admission webhook that removes annotations neither holds
//     up a rollout nor undoes its sizes.
#pragma once

#include <optional>

#include "controller/workload/requests/replica_set_requests.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

enum class Scaling : uint8_t {
  kNone,  // nothing is to be scaled
  // The only active ReplicaSet gets the workload's size, or less if it must not grow so far
  // (RO-120). If none is active, the ReplicaSet in which Pods come back gets this size (D-354).
  kOneActive,
  kSaturated,     // the new ReplicaSet is full and available: old ones go to 0 (D-355)
  kRefresh,       // only annotations are written: the strategy is Recreate (B-02), or the sizes of
                  // this generation were written before, or Pods follow a revision (RO-127)
  kProportional,  // two or more active ReplicaSets keep their shares (D-357, proportional.h)
};
Scaling ScalingOf(const Situation& situation);

// Returns the next step of a scaling event, or of keeping a paused workload at its size. Also
// brings back Pods that no rollout would make, for example while the template is refused (RO-120,
// RO-122).
//   - If there is nothing to do: returns nullopt.
//   - If there is something to do, but the strategy is invalid: returns the step of
//     RefuseAndTellStrategy instead.
std::optional<Step> HandleScaling(const Situation& situation);

// Returns the write that gives `rs` the workload's size plus `surge`, whatever shares other
// ReplicaSets have (P-070).
//   - The size is smaller if all sizes together would be above limits.max_total(). Example: 10
//     desired, maxSurge 3, another ReplicaSet of size 5: 13 - 5 = 8.
//   - While there is no room for the whole size (Growth::whole is false): returns the read that may
//     show room (Growth::ask), or nullopt.
//   - Nullopt if nothing is to be written, or if adopted ReplicaSets keep their sizes (RO-038).
std::optional<Step> KeepAtSize(const Situation& situation, const ReplicaSet& rs, int32_t surge = 0);

// Returns a write that gives `rs` the size `replicas` and both size annotations, with an Event if
// the size changes (D-271). `change` may hold more for the same patch.
Write Resize(const Situation& situation, const ReplicaSet& rs, int32_t replicas, Decision decision,
             ReplicaSetChange change = {});

// Call this for a keeper (proven.h) that has fewer Pods than it should keep (RO-120). Returns
//   - the write that grows the keeper up to `wanted`, as far as there is room
//   - if there is no room: the request for a list of Pods that may show room
//   - nullopt if neither is due
std::optional<Step> GrowKeeper(const Situation& situation, const ReplicaSet& keeper,
                               int32_t wanted);

// Returns one write with everything the new ReplicaSet lacks and `replicas` as its size; nullopt if
// there is nothing to write (D-165, D-261). If the API server did not keep annotations, they are
// not written again in the same sync.
std::optional<Step> UpdateNewReplicaSet(const Situation& situation, int32_t replicas);

}  // namespace windlass::workload
