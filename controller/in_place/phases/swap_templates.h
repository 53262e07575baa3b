// The exchange of templates and revisions that ends an in-place rollout: when the exchange may
// begin, and what follows each of its writes. exchange.h describes the writes: X1, X2 and X3.
// Source: P-052…P-057.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/situation.h"

namespace windlass::in_place {

// Returns X1 when all Pods have the target template and are settled, no stand-in is left (P-052),
// and no limit is in force. Returns nullopt before that. Call it only in phase staged.
std::optional<Step> BeginExchange(const workload::Situation& situation);

// Returns X2 if X1 of the exchange has happened and X2 has not. If another controller has rolled
// out another ReplicaSet meanwhile, returns X3 instead. Returns nullopt if the write failed in this
// sync already. This step comes before all others, and also while the workload is paused (P-054).
std::optional<Step> RecoverExchange(const workload::Situation& situation);

// After X2: patches Pods that were created late with the old template, then removes the stash (X3)
// when no more such Pods can come (P-057). X3 does not wait for such Pods if a newer template is
// wanted. Returns nullopt while there is nothing to do but wait. Before X2 only sizes the host,
// unless another controller has rolled out another ReplicaSet. Call it only in phase committing.
std::optional<Step> AfterExchange(const workload::Situation& situation);

}  // namespace windlass::in_place
