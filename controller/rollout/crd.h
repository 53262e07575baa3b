// The CustomResourceDefinition of Rollouts (RO-101).
#pragma once

#include "controller/api/custom_resources.h"
#include "controller/kind/needed_crd.h"

namespace windlass::rollout {

// Under an older CustomResourceDefinition, the API server drops status fields that it does not
// know. Example: it could drop the record of a performed rollback, and Windlass would perform the
// rollback again.
inline constexpr kind::NeededCrd kCrd{
    .resource = resources::kRollouts, .revision = 2, .rights = "deploy/rollout/rbac-rollout.yaml"};

}  // namespace windlass::rollout
