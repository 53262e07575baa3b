// The ReplicaSets of a Deployment or Rollout, by revision. Source: kubectl's polymorphichelpers.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cmd/kubectl-windlass/requests.h"
#include "kubeclient/base/result.h"

namespace windlass::cli {

// Returns `selector`, the spec.selector of a workload, in query form: "app=web,tier in (a,b)".
// Returns "" if it is empty.
std::string SelectorText(const Json& selector);

// Both return the labels that select the Pods of an object, in query form; "" if the object has no
// selector. SelectorOfWorkload is for a Deployment, Rollout or ReplicaSet; SelectorOfController is
// for a ReplicationController, whose selector is a map.
std::string SelectorOfWorkload(const Json& workload);
std::string SelectorOfController(const Json& controller);

// Returns those of `objects` whose controller is `owner`.
std::vector<const Json*> OwnedBy(const Json& owner, const std::vector<Json>& objects);
bool IsOwnedBy(const Json& object, const Json& owner);

// Returns the images of the template's containers: "app:v1,sidecar:v3".
std::string ImagesOf(const Json& owner);

// Lists the ReplicaSets that `owner` selects and owns, ordered by revision.
Result<std::vector<Json>> ReadReplicaSets(Session& session, const Json& owner,
                                          const std::string& namespace_);

// Returns the template without the label pod-template-hash. Only the template of a ReplicaSet has
// this label; the template of a Deployment or Rollout does not.
Json WithoutHash(Json template_);
// Returns true if both templates are the same, apart from the label pod-template-hash and
// metadata.creationTimestamp.
bool SameTemplate(const Json& one, const Json& other);

// Returns the ReplicaSet of `revision`, which is above 0; null if there is none.
const Json* FindRevision(const std::vector<Json>& replica_sets, int64_t revision);

}  // namespace windlass::cli
