// Remembers in the cache that an admission webhook removed the settings of updates in place from a
// ReplicaSet. So Windlass writes them again only after some time, and not in each sync (Mirror in
// controller/in_place/phases).
#pragma once

#include "controller/core/step.h"
#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/store.h"

namespace windlass {

// Call before each step of a sync of `workload` is planned. `learned` has the answers of this sync.
// If the last answer is that to a write of settings, and the ReplicaSet in `replica_sets` still
// lacks exactly what was written, sets ReplicaSet::lost_annotations. Does nothing if the settings
// of `workload` or the version of the ReplicaSet have changed since the write. Core thread only.
void NoteLostSettings(Store<ReplicaSet>& replica_sets, const Workload& workload,
                      const Learned& learned, WallTime now);

}  // namespace windlass
