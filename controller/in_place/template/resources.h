// CPU and memory in Pod templates: which of them differ, and whether a running Pod can take the
// difference by the subresource `resize` (P-009).
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/template/changes.h"
#include "kubeclient/api/container_resources.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/base/result.h"

namespace windlass::in_place {

struct TemplateResources {
  std::string container{};
  ContainerKind kind = ContainerKind::kApp;
  // As a Pod of the template gets them: a request that is not set is the limit, if there is one.
  CpuAndMemory amounts{};
  bool restarts_for_cpu = false;  // as PodContainer
  bool restarts_for_memory = false;
};

// Reads the text of a PodTemplateSpec. Returns the init containers first, each list in its order.
// Error kMalformed if the text is not one JSON object, or a field that is read has the wrong type.
Result<std::vector<TemplateResources>> ReadTemplateResources(std::string_view template_json);

// Returns the changes from `before` to `after`, in the order of `after`. Containers are matched by
// name; a container that only one of them has is left out.
std::vector<ResourceChange> CompareResources(const std::vector<TemplateResources>& before,
                                             const std::vector<TemplateResources>& after);

// The quality of service of Pods of a template. A resize must not change it.
enum class Qos : uint8_t { kBestEffort, kBurstable, kGuaranteed };
Qos QosOf(const std::vector<TemplateResources>& containers);

// Finds the first environment variable of `container`, as JSON, that is read from a quantity which
// `changes` change: it keeps its old value until the container is created anew. Returns a pointer,
// relative to the container, such as "/env/2/valueFrom/resourceFieldRef"; nullopt if there is none.
std::optional<std::string> FindEnvOfResources(const nlohmann::json& container,
                                              const std::vector<ResourceChange>& changes);

// Removes cpu and memory from the `resources` of a container. Adds the objects that are absent, so
// that the first difference of two containers is in an object that both have.
void DropCpuAndMemory(nlohmann::json& container);

}  // namespace windlass::in_place
