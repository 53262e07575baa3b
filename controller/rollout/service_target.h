// Chooses the ReplicaSet whose Pods each of the two Services is to select (RO-181, RO-182).
//
//   stable   the first of these revisions that has an available Pod:
//              - the stable revision. Exception: if it has Pods, but none is available, the Service
//                stays as it is
//              - the revision that the Service selects now. Exception: while no revision is stable,
//                an older revision with more available Pods takes its place
//              - if there is a stable revision: the revision that Pods get
//              - the revision with most available Pods
//   canary   the revision that Pods get, from its first available Pod on. Until then, the revision
//            that `stable` would get if it selected none yet
//
// A Service is never moved to a ReplicaSet without an available Pod. In one case the Service
// `stable` is moved before the new revision is stable: when the last Pods of the stable revision
// are about to be removed, because the new revision has all Pods. Otherwise the Service would
// select no Pod. If the Pods of a canary die, the Service `canary` stays on them: the user or tool
// that judges the canary must see that the canary does not answer.
#pragma once

#include "controller/workload/situation.h"

namespace windlass::rollout {

enum class ServiceRole : uint8_t { kStable, kCanary };

// `present`: the ReplicaSet that the Service selects now; null if the Service selects no ReplicaSet
// of the Rollout. `leaving`: the ReplicaSet that the next write scales to 0; null if none. Returns
// null if the Service is to stay as it is:
//   - spec.replicas is 0
//   - no Pod is available, or the Pods of the stable revision are expected to become available
//     again
const ReplicaSet* TargetOf(const workload::Situation& situation, ServiceRole role,
                           const ReplicaSet* present, const ReplicaSet* leaving);

// Returns the ReplicaSet whose Pods have this pod-template-hash; null if there is none.
const ReplicaSet* FindByHash(const workload::Situation& situation, std::string_view hash);

}  // namespace windlass::rollout
