// The CustomResourceDefinition of ReplicationControllerUpdates (RC-24).
#pragma once

#include "controller/api/custom_resources.h"
#include "controller/kind/needed_crd.h"

namespace windlass::replication_controller {

// With an older CustomResourceDefinition, the API server could drop status.scaling and
// status.journal: the records by which an update goes on after a crash in the middle of a scaling
// or of a rename.
inline constexpr kind::NeededCrd kCrd{
    .resource = resources::kReplicationControllerUpdates,
    .revision = 1,
    .rights = "deploy/replication-controller/rbac-replication-controller.yaml"};

}  // namespace windlass::replication_controller
