// Adopting ReplicaSets that nobody controls, and releasing those whose labels were edited.
// Source: D-100…D-112.
//
// It comes before everything else of a sync (D-053): what is adopted takes part at once, as the
// reply to the adoption shows it (W-04; upstream goes on with its old copy and loses a race against
// itself). Each ReplicaSet is tried once per sync, whatever happens to it meanwhile, and all of
// them before the first error is reported (D-106).
#pragma once

#include <optional>

#include "controller/core/step.h"
#include "controller/deployment/claim.h"

namespace windlass::deployment {

// The next release or adoption; before the first adoption one uncached read of the Deployment,
// because a cache that lags behind its deletion would adopt what was just orphaned (D-103). It
// counts for the adoptions that follow at once, whoever asked for it; an orphan that appears later
// in the sync takes another. Failed when all were tried and one was refused; nullopt when the sync
// may go on.
//
// A ReplicaSet that is gone (404) is no error, nor a release that came too late (422): what is
// wanted is the case already.
std::optional<Step> SettleOwnership(const View& view, const Claims& claims, const Learned& learned);

}  // namespace windlass::deployment
