// The CustomResourceDefinition of ReplicationControllerUpdates (RC-24).
#pragma once

#include "controller/api/custom_resources.h"
#include "controller/kind/needed_crd.h"

namespace windlass::replication_controller {

// An older CustomResourceDefinition may lack status.scaling and status.journal, so the API server
// would drop these two fields. Without them, an update cannot go on after a crash in the middle of
// a scaling or of a rename.
inline constexpr kind::NeededCrd kCrd{
    .resource = resources::kReplicationControllerUpdates,
    .revision = 1,
    .rights = "deploy/replication-controller/rbac-replication-controller.yaml"};

}  // namespace windlass::replication_controller
