// Makes the situation of a workload, once, at the beginning of a call of Next.
#pragma once

#include "controller/workload/ownership/claim.h"
#include "controller/workload/situation.h"

namespace windlass::workload {

// Returns the situation of the workload in `view`, whose ReplicaSets are `claims`. `view` and
// `learned` must outlive the result.
Situation MakeSituation(const View& view, const Claims& claims, const Learned& learned,
                        WallTime now);

}  // namespace windlass::workload
