// Which ReplicaSet's Pods each of the two Services is to select (RO-181, RO-182).
//
//   stable   the first of these revisions that has an available Pod:
//              - the stable revision. If its Pods are expected back, the Service stays as it is
//              - the revision that the Service selects now. While no revision is stable, an older
//                one with more available Pods comes before it
//              - if there is a stable revision: the one that Pods get
//              - the one with most available Pods
//   canary   the revision that Pods get, from its first available Pod on; until then, at rest and
//            during an abort the same as `stable`
//
// A Service is never moved to a ReplicaSet without an available Pod. So `stable` is moved early in
// one case: the last Pods of the stable revision are about to go, because the new revision has all
// Pods. If a canary dies, `canary` stays on it: the user or tool that judges the canary must see
// that it does not answer.
#pragma once

#include "controller/workload/situation.h"

namespace windlass::rollout {

enum class ServiceRole : uint8_t { kStable, kCanary };

// `present`: the ReplicaSet that the Service selects now; null if it selects none of them.
// `leaving`: the ReplicaSet that the next write scales to 0; null if none.
// Returns null if the Service is to stay as it is:
//   - the Rollout has or gets no Pods
//   - no Pod is available, or those of the stable revision are expected back
const ReplicaSet* TargetOf(const workload::Situation& situation, ServiceRole role,
                           const ReplicaSet* present, const ReplicaSet* leaving);

// Returns the ReplicaSet whose Pods have this pod-template-hash; null if there is none.
const ReplicaSet* FindByHash(const workload::Situation& situation, std::string_view hash);

}  // namespace windlass::rollout
