// Looking at a Deployment once, at the beginning of a call of Next: everything that situation.h
// has.
#pragma once

#include "controller/deployment/claim.h"
#include "controller/deployment/situation.h"

namespace windlass::deployment {

// Returns the situation of the Deployment in `view`, whose ReplicaSets are `claims`. `view` and
// `learned` must outlive it.
Situation LookAt(const View& view, const Claims& claims, const Learned& learned, WallTime now);

}  // namespace windlass::deployment
