// Rollback by annotation: `deprecated.deployment.rollback.to` names the revision to go back to.
// Source: D-460…D-472.
//
// kubectl rollout undo does not use it (it changes the template itself); other clients and
// upstream's e2e suite do. While it is there nothing is scaled or rolled (D-471). One write of the
// Deployment's main endpoint puts the template back and clears the annotation, and the sync ends
// with it: the next one sees an old ReplicaSet as the new one and rolls as ever (D-470).
//
// Differs from upstream under Recreate, where a template that is abandoned before it had a
// ReplicaSet gets one of size 0. Upstream gives it all its Pods, beside the old ones.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// The next step of a rollback; nullopt when none is asked for.
//
// The ReplicaSet of the present template comes first, so that its number counts among the revisions
// (D-462); then one uncached read each of the chosen ReplicaSet, whose template the cache does not
// hold, and of the Deployment, because its annotations are replaced whole and the cache leaves out
// what kubectl last applied; then the write. Where there is nothing to go back to, the write only
// clears the annotation, with a Warning that says why (D-463, D-465, D-466).
std::optional<Step> HandleRollback(const Situation& situation);

}  // namespace windlass::deployment
