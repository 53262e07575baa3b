// The decoder once more, the slow and obvious way: over a whole nlohmann tree. What Decoder is held
// against, and where to begin should simdjson have to go.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "kubeclient/api/config_map.h"
#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_interest.h"
#include "kubeclient/api/deployment.h"
#include "kubeclient/api/node.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_disruption_budget.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/api/replication_controller.h"
#include "kubeclient/api/service.h"

namespace windlass::test {

// What these tests want kept: annotations and the gate of which reference_pod.cc knows, templates
// of ReplicaSets that have the annotation test/keep.
DecodeInterest TestInterest();
// The annotation of a Service that it keeps.
inline constexpr std::string_view kKeptOfService = "windlass.dev/service-of";

// Returns nullopt if Decoder must return an error.
std::optional<Deployment> ReferenceDeployment(const nlohmann::json& object);
std::optional<ReplicaSet> ReferenceReplicaSet(const nlohmann::json& object);
std::optional<ReplicationController> ReferenceReplicationController(const nlohmann::json& object);
std::optional<PodMetadata> ReferencePodMetadata(const nlohmann::json& object);
std::optional<Pod> ReferencePod(const nlohmann::json& object);
std::optional<Node> ReferenceNode(const nlohmann::json& object);
std::optional<ConfigMap> ReferenceConfigMap(const nlohmann::json& object);
std::optional<Service> ReferenceService(const nlohmann::json& object);
std::optional<PodDisruptionBudget> ReferencePodDisruptionBudget(const nlohmann::json& object);

bool Same(const Deployment& a, const Deployment& b);
bool Same(const ReplicaSet& a, const ReplicaSet& b);
bool Same(const ReplicationController& a, const ReplicationController& b);
bool Same(const PodMetadata& a, const PodMetadata& b);
bool Same(const Pod& a, const Pod& b);
bool Same(const Node& a, const Node& b);
bool Same(const ConfigMap& a, const ConfigMap& b);
bool Same(const Service& a, const Service& b);
bool Same(const PodDisruptionBudget& a, const PodDisruptionBudget& b);

}  // namespace windlass::test
