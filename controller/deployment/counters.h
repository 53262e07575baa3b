// The counters of a Deployment's status. Source: D-400…D-404.
#pragma once

#include "controller/deployment/situation.h"
#include "controller/workload.h"

namespace windlass::deployment {

// Counters for the object the sync works on; collisionCount and conditions as they are
// (D-400…D-404).
//
// terminatingReplicas is published if every synced ReplicaSet publishes its own (D-403). Where none
// was synced yet it is 0, but only in a write that acknowledges a generation, or if the Deployment
// shows a number already: an API server with the feature off drops the field, and the status would
// differ again after every write.
WorkloadStatus CountReplicas(const Situation& situation);

}  // namespace windlass::deployment
