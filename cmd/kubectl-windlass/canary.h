// Why Pods that a rollout has brought to the new revision are not available.
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
  // "web-2-a: web: ImagePullBackOff: no such tag (and 2 more)": 2 more Pods are at least as bad as
  // `least` of CauseAmong.
  std::string text;
};

// Returns the first of these that exists; nullopt if none exists:
//   - the cause of the worst Pod of `pods`, if that Pod is at least as bad as `least`
//   - why `maker` cannot make Pods; `maker` is their ReplicaSet or ReplicationController, or null
// Only live Pods count: a Pod that is being deleted or has ended (phase Failed or Succeeded) is
// left out, because its ReplicaSet or ReplicationController replaces it.
std::optional<Cause> CauseAmong(const Json* maker, const std::vector<const Json*>& pods,
                                int64_t min_ready_seconds, WallTime now, Mood least);

// Returns the ReplicaSet with the revision number `revision`; null if there is none.
const Json* OfRevision(const std::vector<const Json*>& replica_sets, int64_t revision);

// Returns those of `pods` that belong to the new revision. `of_revision`, one of `replica_sets`, is
// the ReplicaSet of that revision, or null. These Pods belong to it:
//   - a Pod that `of_revision` owns, unless it was updated in place to the revision of another one
//     of `replica_sets`
//   - a Pod that another one of `replica_sets` owns, and whose annotation of an update in place
//     names the new revision. If `of_revision` has 0 replicas, an annotation that cannot be read
//     counts, too; if it is null, every annotation counts
std::vector<const Json*> CanariesAmong(const std::vector<const Json*>& pods,
                                       const std::vector<const Json*>& replica_sets,
                                       const Json* of_revision);

// What the Pods of a revision show.
struct CanaryState {
  std::string why;     // the text of the cause that CauseAmong finds; "" if it finds none
  bool exist = false;  // the revision has a live Pod
};

// Reads the ReplicaSets of `rollout` and the Pods of `revision`. Returns what these Pods show.
Result<CanaryState> ReadCanaries(Session& session, const Json& rollout,
                                 const std::string& namespace_, int64_t revision, Mood least);

}  // namespace windlass::cli
