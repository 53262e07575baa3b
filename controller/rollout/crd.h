// The CustomResourceDefinition of Rollouts (RO-101).
#pragma once

#include "controller/api/custom_resources.h"
#include "controller/kind/needed_crd.h"

namespace windlass::rollout {

// The CustomResourceDefinition that this program needs. With an older one, the API server drops the
// status fields that the older definition lacks. Example: it could drop the record of a performed
// rollback, and Windlass would perform the rollback again.
inline constexpr kind::NeededCrd kCrd{
    .resource = resources::kRollouts, .revision = 3, .rights = "deploy/rollout/rbac-rollout.yaml"};

}  // namespace windlass::rollout
