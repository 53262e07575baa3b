// The CustomResourceDefinition of Rollouts (RO-101).
#pragma once

#include "controller/kind/needed_crd.h"

namespace windlass::rollout {

// With an older one, for example, the API server could lose the record of a performed rollback, and
// the rollback would be performed again.
inline constexpr kind::NeededCrd kCrd{
    .resource = resources::kRollouts, .revision = 2, .rights = "deploy/rollout/rbac-rollout.yaml"};

}  // namespace windlass::rollout
