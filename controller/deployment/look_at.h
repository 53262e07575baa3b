// Makes the situation of a workload, once, at the beginning of a call of Next.
#pragma once

#include "controller/deployment/claim.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Returns the situation of the workload in `view`, whose ReplicaSets are `claims`. `view` and
// `learned` must outlive it.
Situation LookAt(const View& view, const Claims& claims, const Learned& learned, WallTime now);

}  // namespace windlass::deployment
