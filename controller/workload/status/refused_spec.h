// Selectors that must not be used, and strategies that cannot be carried out. The API server
// refuses objects with such a selector or strategy. But it may have stored an object before it had
// this rule, or without validation.
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/workload/workload.h"

namespace windlass::workload {

// Must be called before any ReplicaSet is claimed. Returns
//   - for an empty selector, which would select everything (D-052):
//       - first a status write that sets status.observedGeneration, unless that is up to date
//       - then a Wait with a Warning, even if that write failed
//   - for an invalid selector: a failure that is retried at once when the spec changes, and seldom
//     before (Retry::kOnSpecChange, D-053)
//   - for any other selector: nullopt
std::optional<Step> RefuseSelector(const Workload& workload, const Learned& learned, WallTime now);

// Must be called before any ReplicaSet is created or scaled. Returns nullopt if the strategy can be
// carried out. Otherwise returns a failure that is retried seldom before the spec changes
// (Retry::kOnSpecChange). Its text is Workload::strategy_error, which the kind sets. Examples: a
// strategy that the kind does not have (D-059), a limit that is neither a count nor a percentage
// (D-250, X-39).
std::optional<Step> RefuseStrategy(const Workload& workload);

// Returns a text for users: Workload::strategy_error, and what waits until a user corrects the
// strategy. Requires that strategy_error is not empty.
std::string InvalidStrategyText(const Workload& workload);

}  // namespace windlass::workload
