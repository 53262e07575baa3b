// Identifies a resource of the API, as a value. Paths, `apiVersion`, RBAC attributes, metric labels
// and log fields are all built from it.
//
// To add a resource of Kubernetes:
//   - Add one constant below (kServices is in service.h).
//   - If its objects are read, add a file to this folder. In the file, define the struct that is
//     kept of an object, and the function that decodes it.
// A program defines its custom resources in its own code.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace windlass {

// The texts must outlive every copy of the struct, so use string literals.
struct ResourceId {
  std::string_view group;    // "apps"; "" for the core group
  std::string_view version;  // "v1"
  std::string_view plural;   // "replicasets": as paths, RBAC rules, labels and messages name it
  std::string_view kind;     // "ReplicaSet"
  bool namespaced = true;    // false: cluster-scoped
  // The manifest that makes the API server serve the resource: a CustomResourceDefinition. "" for a
  // resource that every API server serves.
  std::string_view manifest{};

  // "apps/v1", or "v1" for the core group: the `apiVersion` of an object.
  std::string GroupVersion() const {
    const std::string text(version);
    return group.empty() ? text : std::string(group) + "/" + text;
  }

  bool operator==(const ResourceId&) const = default;
  auto operator<=>(const ResourceId&) const = default;
};

namespace resources {

inline constexpr ResourceId kDeployments{"apps", "v1", "deployments", "Deployment"};
inline constexpr ResourceId kReplicationControllers{"", "v1", "replicationcontrollers",
                                                    "ReplicationController"};
inline constexpr ResourceId kHorizontalPodAutoscalers{
    "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"};
inline constexpr ResourceId kReplicaSets{"apps", "v1", "replicasets", "ReplicaSet"};
inline constexpr ResourceId kPods{"", "v1", "pods", "Pod"};
inline constexpr ResourceId kEvents{"", "v1", "events", "Event"};
inline constexpr ResourceId kLeases{"coordination.k8s.io", "v1", "leases", "Lease"};
inline constexpr ResourceId kNamespaces{"", "v1", "namespaces", "Namespace", false};
inline constexpr ResourceId kNodes{"", "v1", "nodes", "Node", false};
inline constexpr ResourceId kConfigMaps{"", "v1", "configmaps", "ConfigMap"};
inline constexpr ResourceId kPodDisruptionBudgets{"policy", "v1", "poddisruptionbudgets",
                                                  "PodDisruptionBudget"};
inline constexpr ResourceId kCustomResourceDefinitions{
    "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false};
inline constexpr ResourceId kSelfSubjectAccessReviews{
    "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false};

}  // namespace resources
}  // namespace windlass
