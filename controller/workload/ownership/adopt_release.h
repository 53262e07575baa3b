// Adoption of ReplicaSets without a controller, and release of those whose labels no longer match.
// Source: D-100…D-112.
//
// Ownership comes before everything else in a sync (D-053). An adopted ReplicaSet takes part in the
// same sync, in the version that the reply to the adoption shows. Upstream continues with the
// version before, and then gets a conflict with its own write (W-04). Each ReplicaSet is tried once
// per sync, and all are tried before the first error is reported (D-106). In two cases the sync
// stops trying earlier: the read of the workload fails or shows that the workload must not adopt,
// or there is an error and the sync has used up its requests.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/ownership/claim.h"

namespace windlass::workload {

// Returns the next release or adoption. Before the first adoption, returns an uncached read of the
// workload. Reason: the cache may not show yet that a user deleted the workload with
// --cascade=orphan. Windlass must not adopt the ReplicaSets that this deletion leaves (D-103). The
// read also covers the adoptions that directly follow it; an orphan that appears later in the sync
// needs another read. Returns Failed if nothing is left to try and there was an error. Returns
// nullopt if the sync can proceed.
//
// It is not an error if a ReplicaSet is gone (404), or if a release comes too late (422): the
// wanted state exists already.
std::optional<Step> SettleOwnership(const View& view, const Claims& claims, const Learned& learned);

}  // namespace windlass::workload
