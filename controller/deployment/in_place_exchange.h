// The exchange of templates and revisions that ends a rollout in place: when it may begin, and what
// follows each of its writes. The writes themselves are in in_place/phases/exchange.h. Source:
// P-052…P-057.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// X1, when all Pods are of the target and in order (P-052); nullopt: they are not yet. Phase
// staged.
std::optional<Step> BeginExchange(const Situation& situation);

// X2 of an exchange whose X1 has happened, before anything else and also while paused (P-054).
std::optional<Step> RecoverExchange(const Situation& situation);

// After X2: late births are patched, and the stash goes (X3) when no more may come (P-057).
// nullopt: something is waited for. Phase committing.
std::optional<Step> AfterExchange(const Situation& situation);

}  // namespace windlass::deployment
