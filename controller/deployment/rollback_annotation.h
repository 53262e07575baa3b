// The annotation deprecated.deployment.rollback.to: a Deployment's request to roll back. It
// replaced a field that Deployments once had. Source: D-460…D-468.
//
// `kubectl rollout undo` does not use it: kubectl writes the old template itself.
#pragma once

#include <optional>
#include <string>

#include "controller/workload/workload.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass::deployment {

// Returns the revision that the annotation asks for; 0 means the revision before the present one.
// Returns nullopt if there is no annotation, or if its value is not an int64. Windlass never acts
// on such a value (D-461).
std::optional<int64_t> RollBackTo(const ObjectMeta& meta);

// Returns the request that gives the Deployment the template, without hash label, and the
// annotations of `target`. The same write removes the annotation that asked for the rollback. The
// request replaces template and annotations whole: a merge would leave volumes, containers and
// labels of the present template (docs/design/003).
//
// `own_json` is the Deployment and `template_json` the template of `target`, both as the API server
// has just sent them. Returns kMalformed if one of the two cannot be read, and kConflict if the
// Deployment was changed meanwhile. Requires that the Deployment has annotations.
Result<Request> RollBack(const Workload& workload, const std::string& own_json,
                         const ReplicaSet& target, const std::string& template_json);

// Returns the request that only removes the annotation. The request goes to the Deployment itself
// and not to its /status (D-468).
Request ClearRollback(const Workload& workload);

}  // namespace windlass::deployment
