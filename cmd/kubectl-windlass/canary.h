// Finds out why Pods of the new revision are not available.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/pod_state.h"
#include "cmd/kubectl-windlass/requests.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// What keeps Pods from being available.
struct Cause {
  std::string reason;  // one word: "ImagePullBackOff"
  // One of these two:
  //   - the worst Pod, why it is not available, and how many more Pods CauseAmong found:
  //     "web-2-a: web: ImagePullBackOff: no such tag (and 2 more)"
  //   - the maker of the Pods, with reason and message of its condition ReplicaFailure:
  //     "web-2: FailedCreate: exceeded quota"
  std::string text;
};

// Returns the first of these causes that exists, or nullopt:
//   - the cause of the worst Pod among `pods`, if this Pod is at least as bad as `least`
//   - the condition ReplicaFailure of `maker`: why it cannot create or delete Pods
// `maker` is the ReplicaSet or ReplicationController of `pods`, or null. Ignores Pods that are
// being deleted, or whose phase is Failed or Succeeded.
std::optional<Cause> CauseAmong(const Json* maker, const std::vector<const Json*>& pods,
                                int64_t min_ready_seconds, WallTime now, Mood least);

// Returns the ReplicaSet with the revision number `revision`; null if there is none.
const Json* OfRevision(const std::vector<const Json*>& replica_sets, int64_t revision);

// Returns those of `pods` that belong to the new revision. `replica_sets` are the ReplicaSets of
// the workload. `of_revision` is the ReplicaSet of the new revision; null if there is none. These
// Pods belong to the new revision:
//   - Pods of `of_revision`, unless they were updated in place to the revision of another
//     ReplicaSet
//   - Pods of another ReplicaSet that were updated in place to the new revision (annotation
//     kPodState)
//   - if `of_revision` has 0 replicas: Pods of another ReplicaSet whose annotation cannot be read
//   - if `of_revision` is null: all Pods that were updated in place
std::vector<const Json*> CanariesAmong(const std::vector<const Json*>& pods,
                                       const std::vector<const Json*>& replica_sets,
                                       const Json* of_revision);

// Whether a revision has live Pods, and why they are not available.
struct CanaryState {
  std::string why;  // Cause::text of the cause that CauseAmong finds; "" if it finds none
  // True if the revision has a Pod that has not ended and is not being deleted. During an update in
  // place, only patched Pods count. The others are stand-ins: additional Pods, which Windlass
  // removes before the rollout ends.
  bool exist = false;
};

// Reads the ReplicaSets and the Pods of `rollout`. Returns the state of the Pods of `revision`.
Result<CanaryState> ReadCanaries(Session& session, const Json& rollout,
                                 const std::string& namespace_, int64_t revision, Mood least);

}  // namespace windlass::cli
