// Adoption of ReplicaSets without a controller, and release of those whose labels no longer match.
// Source: D-100…D-112.
//
// A sync adopts and releases ReplicaSets before it changes any of them in another way (D-053).
// After an adoption, the sync goes on with the new version of the ReplicaSet. Upstream goes on with
// the version before the adoption, so its next write of the ReplicaSet fails with a conflict
// (W-04).
//
// A sync tries each ReplicaSet once, and all of them before it reports the first error (D-106). It
// stops earlier in two cases:
//   - The read of the workload fails, or shows that the workload must not adopt.
//   - There was an error, and the sync has sent kRequestsPerSyncMax requests.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/ownership/claim.h"

namespace windlass::workload {

// Returns
//   - the next release or adoption, if one is left to try
//   - before the first of several adoptions in a row: an uncached read of the workload. If a user
//     deleted the workload with --cascade=orphan, Windlass must not adopt, but the cache may not
//     show the deletion yet (D-103)
//   - if nothing is left to try, and there was an error: Failed
//   - otherwise nullopt: the sync goes on
//
// Two answers are not errors, because nothing is left to do: the ReplicaSet is gone (404), or at a
// release the workload is not its owner any more (422).
std::optional<Step> SettleOwnership(const View& view, const Claims& claims, const Learned& learned);

}  // namespace windlass::workload
