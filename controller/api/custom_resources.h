// The resources of Windlass' own CustomResourceDefinitions (crds/). For each, a file of this folder
// has the C++ type of its objects, and their decoder.
#pragma once

#include "controller/core/own_names.h"
#include "kubeclient/api/resource_id.h"

namespace windlass::resources {

inline constexpr ResourceId kRollouts{kOwnApiGroup,        "v1alpha1",
                                      "rollouts",          "Rollout",
                                      /*namespaced=*/true, "crds/windlass.dev_rollouts.yaml"};
inline constexpr ResourceId kReplicationControllerUpdates{
    kOwnApiGroup,
    "v1alpha1",
    "replicationcontrollerupdates",
    "ReplicationControllerUpdate",
    /*namespaced=*/true,
    "crds/windlass.dev_replicationcontrollerupdates.yaml"};

}  // namespace windlass::resources
