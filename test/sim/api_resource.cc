#include "test/sim/api_resource.h"

#include <algorithm>
#include <array>
#include <deque>

#include "controller/api/custom_resources.h"
#include "kubeclient/api/service.h"
#include "kubeclient/base/assert.h"

namespace windlass::sim {
namespace {

constexpr std::array<ApiResource, 14> kResources = {{
    {.resource = resources::kDeployments,
     .group = "apps",
     .version = "v1",
     .plural = "deployments",
     .kind = "Deployment",
     .has_status = true,
     .has_generation = true,
     .annotations_generate = true},
    {.resource = resources::kRollouts,
     .group = "windlass.dev",
     .version = "v1alpha1",
     .plural = "rollouts",
     .kind = "Rollout",
     .has_status = true,
     .has_generation = true,
     .unconditional_update = false,
     .custom = true},
    {.resource = resources::kReplicationControllerUpdates,
     .group = "windlass.dev",
     .version = "v1alpha1",
     .plural = "replicationcontrollerupdates",
     .kind = "ReplicationControllerUpdate",
     .has_status = true,
     .has_generation = true,
     .unconditional_update = false,
     .custom = true},
    {.resource = resources::kReplicaSets,
     .group = "apps",
     .version = "v1",
     .plural = "replicasets",
     .kind = "ReplicaSet",
     .has_status = true,
     .has_generation = true},
    {.resource = resources::kReplicationControllers,
     .group = "",
     .version = "v1",
     .plural = "replicationcontrollers",
     .kind = "ReplicationController",
     .has_status = true,
     .has_generation = true,
     .orphans_dependents = true},
    {.resource = resources::kPods,
     .group = "",
     .version = "v1",
     .plural = "pods",
     .kind = "Pod",
     .has_status = true,
     .has_generation = true},
    {.resource = resources::kEvents,
     .group = "",
     .version = "v1",
     .plural = "events",
     .kind = "Event",
     .created_by_update = true},
    {.resource = resources::kLeases,
     .group = "coordination.k8s.io",
     .version = "v1",
     .plural = "leases",
     .kind = "Lease",
     .unconditional_update = false,
     .created_by_update = true},
    {.resource = resources::kNamespaces,
     .group = "",
     .version = "v1",
     .plural = "namespaces",
     .kind = "Namespace",
     .namespaced = false,
     .has_status = true},
    {.resource = resources::kNodes,
     .group = "",
     .version = "v1",
     .plural = "nodes",
     .kind = "Node",
     .namespaced = false,
     .has_status = true},
    {.resource = resources::kServices,
     .group = "",
     .version = "v1",
     .plural = "services",
     .kind = "Service",
     .has_status = true},
    {.resource = resources::kConfigMaps,
     .group = "",
     .version = "v1",
     .plural = "configmaps",
     .kind = "ConfigMap"},
    {.resource = resources::kHorizontalPodAutoscalers,
     .group = "autoscaling",
     .version = "v2",
     .plural = "horizontalpodautoscalers",
     .kind = "HorizontalPodAutoscaler",
     .has_status = true},
    {.resource = resources::kPodDisruptionBudgets,
     .group = "policy",
     .version = "v1",
     .plural = "poddisruptionbudgets",
     .kind = "PodDisruptionBudget",
     .has_status = true,
     .has_generation = true},
}};

// Those of AddResource, at addresses that stay.
std::deque<ApiResource>& Added() {
  static std::deque<ApiResource> added;
  return added;
}

// Returns the first resource for which `matches` returns true; nullptr if there is none.
template <typename F>
const ApiResource* FirstOf(F matches) {
  const auto known = std::ranges::find_if(kResources, matches);
  if (known != kResources.end()) return &*known;
  const auto added = std::ranges::find_if(Added(), matches);
  return added != Added().end() ? &*added : nullptr;
}

}  // namespace

std::string ApiResource::GroupVersion() const {
  if (group.empty()) return std::string(version);
  return std::string(group).append("/").append(version);
}

std::string ApiResource::QualifiedPlural() const {
  if (group.empty()) return std::string(plural);
  return std::string(plural).append(".").append(group);
}

std::string ApiResource::QualifiedKind() const {
  if (group.empty()) return std::string(kind);
  return std::string(kind).append(".").append(group);
}

void AddResource(const ApiResource& resource) {
  WL_ASSERT(FindResource(resource.group, resource.version, resource.plural) == nullptr);
  Added().push_back(resource);
}

std::vector<ResourceId> AddedResources() {
  std::vector<ResourceId> ids;
  for (const ApiResource& added : Added()) ids.push_back(added.resource);
  return ids;
}

const ApiResource& DescribeResource(const ResourceId& resource) {
  const ApiResource* found =
      FirstOf([&](const ApiResource& known) { return known.resource == resource; });
  WL_ASSERT(found != nullptr);
  return *found;
}

const ApiResource* FindResource(std::string_view group, std::string_view version,
                                std::string_view plural) {
  return FirstOf([&](const ApiResource& known) {
    return known.group == group && known.version == version && known.plural == plural;
  });
}

const ApiResource* FindKind(std::string_view api_version, std::string_view kind) {
  return FirstOf([&](const ApiResource& known) {
    return known.kind == kind && known.GroupVersion() == api_version;
  });
}

bool IsCustomGroup(std::string_view group) {
  return FirstOf([&](const ApiResource& known) { return known.custom && known.group == group; }) !=
         nullptr;
}

}  // namespace windlass::sim
