// Chooses the ReplicaSet whose Pods each of the two Services is to select (RO-181, RO-182).
//
//   stable   the first of these revisions that has an available Pod:
//              - the stable revision. Exception: if it has Pods, but none is available, the Service
//                stays as it is
//              - the revision that the Service selects now. Exception: while no revision is stable,
//                an older revision with more available Pods takes its place
//              - if there is a stable revision: the current revision
//              - the revision with most available Pods
//   canary   the current revision, from its first available Pod on. Until then, the revision that
//            the Service `stable` would get if it selected no revision yet
//
// The current revision is normally that of the template. During an abort, it is the stable revision
// (CurrentReplicaSet, stable.h).
//
// A Service is never moved to a ReplicaSet without an available Pod. The Service `stable` is moved
// to a revision that is not stable only in these cases:
//   - no revision is stable
//   - the stable revision has no Pods, or is about to lose its last Pods. Example: the new revision
//     has all Pods, but is not complete yet. If the Service kept selecting the stable revision, it
//     would select no Pod
//
// If the Pods of a canary die, the Service `canary` keeps selecting them: the user or tool that
// judges the canary must see that the canary does not answer.
#pragma once

#include "controller/workload/situation.h"

namespace windlass::rollout {

enum class ServiceRole : uint8_t { kStable, kCanary };

// Returns the ReplicaSet whose Pods the Service of `role` is to select. `present` is the ReplicaSet
// that the Service selects now; null if the Service selects no ReplicaSet of the Rollout. `leaving`
// is the ReplicaSet that the next write scales to 0; null if none. Returns null if the Service is
// to stay as it is:
//   - spec.replicas is 0
//   - no Pod is available, or the Pods of the stable revision are expected to become available
//     again
const ReplicaSet* TargetOf(const workload::Situation& situation, ServiceRole role,
                           const ReplicaSet* present, const ReplicaSet* leaving);

// Returns the ReplicaSet whose Pods have this pod-template-hash; null if there is none.
const ReplicaSet* FindByHash(const workload::Situation& situation, std::string_view hash);

}  // namespace windlass::rollout
