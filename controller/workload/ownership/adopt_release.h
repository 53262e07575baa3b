// Adoption of ReplicaSets without a controller, and release of those whose labels no longer match.
// Source: D-100…D-112.
//
// A sync adopts and releases ReplicaSets before it changes any of them in another way (D-053). It
// then goes on with the adopted ReplicaSet in the version that the adoption has made. Upstream goes
// on with the version before the adoption, so its next write of the ReplicaSet fails with a
// conflict (W-04). A sync tries each ReplicaSet once, and tries all of them before it reports the
// first error (D-106). It stops earlier in two cases:
//   - The read of the workload fails, or shows that the workload must not adopt.
//   - There was an error, and the sync has sent kRequestsPerSyncMax requests.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/ownership/claim.h"

namespace windlass::workload {

// Returns
//   - the next release or adoption, if one is left to try
//   - before the first adoption: an uncached read of the workload. If a user has just deleted the
//     workload with --cascade=orphan, the cache may not show this yet, and Windlass must not adopt
//     the ReplicaSets that stay (D-103). One read is enough for several adoptions in a row. An
//     orphan that appears later in the sync needs another read
//   - if nothing is left to try, and there was an error: Failed
//   - otherwise nullopt: the sync goes on
//
// Two answers are not errors, because there is nothing left to do: the ReplicaSet is gone (404), or
// the workload is not its owner any more when Windlass releases it (422).
std::optional<Step> SettleOwnership(const View& view, const Claims& claims, const Learned& learned);

}  // namespace windlass::workload
