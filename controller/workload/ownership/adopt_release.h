// Adoption of ReplicaSets without a controller, and release of those whose labels no longer match.
// Source: D-100…D-112.
//
// Ownership comes before everything else in a sync (D-053). An adopted ReplicaSet takes part in the
// same sync, in the version that the reply to the adoption shows; upstream continues with its old
// copy and gets a conflict with its own write (W-04). Each ReplicaSet is tried once per sync, and
// all are tried before the first error is reported (D-106). Exceptions: no further ReplicaSet is
// adopted if the workload turns out to be gone, or if the sync has an error and has used up its
// requests.
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/workload/ownership/claim.h"

namespace windlass::workload {

// Returns the next release or adoption. Before the first adoption, returns one uncached read of the
// workload: a cache that lags behind the workload's deletion would adopt ReplicaSets that were just
// orphaned (D-103). The read also covers the adoptions that directly follow it; an orphan that
// appears later in the sync needs another read. Returns Failed if nothing is left to try and there
// was an error. Returns nullopt if the sync can proceed.
//
// A ReplicaSet that is gone (404) is not an error, and neither is a release that came too late
// (422): the wanted state exists already.
std::optional<Step> SettleOwnership(const View& view, const Claims& claims, const Learned& learned);

}  // namespace windlass::workload
