// The Pods that a rollout has brought to the new revision: why one of them is not available.
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
  std::string text;    // "web-2-a: web: ImagePullBackOff: no such tag (and 2 more)"
};

// Returns the first of these that there is:
//   - the worst of `pods` that is at least as bad as `least`, and its cause
//   - why `maker`, their ReplicaSet or ReplicationController, cannot make Pods
//   - nullopt: nothing is wrong
// `maker` may be null. A Pod that is being deleted is left out.
std::optional<Cause> CauseAmong(const Json* maker, const std::vector<const Json*>& pods,
                                int64_t min_ready_seconds, WallTime now, Mood least);

// Returns the ReplicaSet of the revision; null if there is none.
const Json* OfRevision(const std::vector<const Json*>& replica_sets, int64_t revision);

// Returns the Pods of `of_revision`, the ReplicaSet of the new revision. While Pods are updated in
// place, it has no Pods or does not exist (null). Then a Pod is returned if its annotation says
// that it was updated, and one of `replica_sets` owns it.
std::vector<const Json*> CanariesAmong(const std::vector<const Json*>& pods,
                                       const std::vector<const Json*>& replica_sets,
                                       const Json* of_revision);

// Reads the ReplicaSets of `rollout` and the Pods of `revision`. Returns the text of the cause, if
// it is at least as bad as `least`; "" if nothing is wrong with them.
Result<std::string> WhyNotAvailable(Session& session, const Json& rollout,
                                    const std::string& namespace_, int64_t revision,
                                    Mood least = Mood::kWaiting);

}  // namespace windlass::cli
