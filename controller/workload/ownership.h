// Adoption of ReplicaSets without a controller, and release of those whose labels no longer match.
// Source: D-100…D-112.
//
// Ownership comes before everything else in a sync (D-053). An adopted ReplicaSet takes part at
// once, as the reply to the adoption shows it; upstream goes on with its old copy and loses a race
// against itself (W-04). Each ReplicaSet is tried once per sync, and all are tried before the first
// error is reported (D-106).
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/claim.h"

namespace windlass::workload {

// Returns the next release or adoption. Before the first adoption, returns one uncached read of the
// workload: a cache that lags behind the workload's deletion would adopt ReplicaSets that were just
// orphaned (D-103). The read also covers the adoptions that directly follow it; an orphan that
// appears later in the sync needs another read. Returns Failed when all were tried and one was
// refused. Returns nullopt when the sync may go on.
//
// A ReplicaSet that is gone (404) is not an error, and neither is a release that came too late
// (422): the wanted state exists already.
std::optional<Step> SettleOwnership(const View& view, const Claims& claims, const Learned& learned);

}  // namespace windlass::workload
