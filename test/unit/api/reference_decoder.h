// The decoder once more, the slow and obvious way: over a whole nlohmann tree. What Decoder is held
// against, and where to begin should simdjson have to go.
#pragma once

#include <string_view>

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
#include "test/unit/api/reference_fields.h"

namespace windlass::test {

// What these tests want kept: annotations and the gate of which reference_pod.cc knows, templates
// of ReplicaSets that have the annotation test/keep.
DecodeInterest TestInterest();
// The annotation of a Service that it keeps.
inline constexpr std::string_view kKeptOfService = "windlass.dev/service-of";

// The fields of each kind.
template <>
const Fields<Deployment>& FieldsOf<Deployment>();
template <>
const Fields<ReplicaSet>& FieldsOf<ReplicaSet>();
template <>
const Fields<ReplicationController>& FieldsOf<ReplicationController>();
template <>
const Fields<PodMetadata>& FieldsOf<PodMetadata>();
template <>
const Fields<Pod>& FieldsOf<Pod>();
template <>
const Fields<Node>& FieldsOf<Node>();
template <>
const Fields<ConfigMap>& FieldsOf<ConfigMap>();
template <>
const Fields<Service>& FieldsOf<Service>();
template <>
const Fields<PodDisruptionBudget>& FieldsOf<PodDisruptionBudget>();

}  // namespace windlass::test
