// The objects that own ReplicaSets: Deployments and Rollouts. A Deployment and a Rollout may have
// the same name, but never the same uid.
#pragma once

#include <array>
#include <string>

#include "controller/api/custom_resources.h"
#include "test/sim/api_server.h"

namespace windlass::sim {

inline constexpr std::array<ResourceId, 2> kOwnerKinds = {resources::kDeployments,
                                                          resources::kRollouts};

bool IsOwnerKind(const ResourceId& resource);
bool IsRollout(const Json& object);

// Returns the owner with this uid; null if there is none, or `uid` is empty.
Object FindOwner(const ApiServer& server, const std::string& namespace_, const std::string& uid);
// Returns the owner that the ReplicaSet names as its controller, of the kind, name and uid that it
// names; null if there is none.
Object FindOwnerOf(const ApiServer& server, const Json& replica_set);

// Returns true if the object has a controller of this kind, be it still there or not.
bool IsControlledBy(const ResourceId& kind, const Json& object);

// Returns spec.template as a ReplicaSet of it would have it. A Deployment and a ReplicaSet have the
// server's defaults of a Pod's fields; a Rollout has them only in its ReplicaSets.
Json TemplateInReplicaSet(const Json& object);

}  // namespace windlass::sim
