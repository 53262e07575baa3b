// The exchange of templates and revisions that ends an in-place rollout: when the exchange may
// begin, and what follows each of its writes. exchange.h describes the writes: X1, X2 and X3.
// Source: P-052…P-057.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Call this only in phase staged. Returns X1, the first write of the exchange. Returns nullopt
// unless all of this holds:
//   - The host has all its Pods, all have the target template, and each Pod is either available or
//     not waited for.
//   - No stand-in is left (P-052).
//   - No step of a Rollout (pauses included) and no partition is in force.
//   - The cache has the template of the pending ReplicaSet.
std::optional<Step> BeginExchange(const workload::Situation& situation);

// Returns the write that continues a half-done exchange: X1 has happened, and X2 has not
// (exchange.h). The write is X2. If another controller has rolled out another ReplicaSet meanwhile,
// it is X3 instead. Comes before all other steps, even while the workload is paused (P-054).
// Returns nullopt if no exchange is half done, or if the write failed in this sync already.
std::optional<Step> RecoverExchange(const workload::Situation& situation);

// Returns the next step of phase committing, or nullopt while Windlass can only wait. Call it only
// in this phase.
//   - Until the ReplicaSet controller has seen X2: sizes the host, unless another controller has
//     rolled out another ReplicaSet.
//   - Otherwise: patches Pods that were created late with the old template. Removes the stash (X3)
//     when no more late Pods can come (P-057), and the rollout waits for no Pod in flight
//     (OthersAreInFlight).
//   - If a newer template is wanted, or Pods cannot be counted (counts_pods): X3 does not wait for
//     Pods. It waits only for informers that are still loading (IsOnlyLate).
std::optional<Step> AfterExchange(const workload::Situation& situation);

}  // namespace windlass::in_place
