// CPU and memory of a container: what it asks for in the spec, and what its kubelet says of it in
// the status. Only these can be changed in a running Pod (P-009).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "kubeclient/api/json_reader.h"

namespace windlass {

// The place of one quantity in an object `resources`. Example: {"limits", "cpu"}.
struct ResourceField {
  std::string_view list;      // "requests" or "limits"
  std::string_view resource;  // "cpu" or "memory"
};
inline constexpr std::array<ResourceField, 4> kResourceFields = {
    ResourceField{"requests", "cpu"}, ResourceField{"requests", "memory"},
    ResourceField{"limits", "cpu"}, ResourceField{"limits", "memory"}};

struct CpuAndMemory {
  // Quantities as they are written, in the order of kResourceFields. Empty: not set.
  std::array<std::string, kResourceFields.size()> values{};

  bool empty() const;
  bool operator==(const CpuAndMemory&) const = default;
};

// Reads an object with `requests` and `limits`. Other members, and other resources than CPU and
// memory, are ignored. In the template of a custom resource, which no API server rewrites, a
// quantity may be a number (`numbers`); in a Pod it is a text.
CpuAndMemory ReadCpuAndMemory(JsonReader& in, bool numbers = false);
// Reads the quantities of one list, such as status.allocatedResources, into the members of `out`
// for `list`.
void ReadQuantities(JsonReader& in, std::string_view list, CpuAndMemory& out, bool numbers = false);

// Returns true if the two quantities are the same number: "1" and "1000m". Texts that are no
// quantities are the same only if they are equal.
bool IsSameQuantity(std::string_view a, std::string_view b);
// Returns true if the quantity `actual`, which a runtime reports, is `wanted` as far as a kernel
// can have it. It keeps CPU in shares of 1/1024 and with at least 10m, and memory in pages of up to
// 64 KiB.
bool IsAboutQuantity(const ResourceField& field, std::string_view actual, std::string_view wanted);

struct ContainerResources {
  CpuAndMemory wanted{};     // of the spec
  CpuAndMemory allocated{};  // what the kubelet has set aside: requests alone
  CpuAndMemory actual{};     // what the running container has
  // False: the status says nothing of resources, as with kubelets before 1.33, and for a container
  // that was never created.
  bool reported = false;
  bool operator==(const ContainerResources&) const = default;
};
// A text of all of these, which the cache interns: the Pods of a template mostly have the same.
// Parse reads what TextOf wrote; any other text gives some value.
std::string TextOf(const ContainerResources& resources);
ContainerResources ParseContainerResources(std::string_view text);

// What a kubelet says of the last resize of a Pod (P-100): its conditions PodResizePending and
// PodResizeInProgress, as far as they are True.
struct PodResize {
  enum class Pending : uint8_t {
    kNo,
    kDeferred,    // the node has no room for it now
    kInfeasible,  // the node will never carry it out
  };
  Pending pending = Pending::kNo;
  int64_t pending_generation = 0;  // the generation that `pending` is about; 0: not said
  std::string message{};           // why, if `pending` is not kNo
  bool in_progress = false;
  std::string error{};  // why it could not be carried out yet; empty: no error
  bool operator==(const PodResize&) const = default;
};
std::string TextOf(const PodResize& resize);  // empty if no condition is True
PodResize ParsePodResize(std::string_view text);

}  // namespace windlass
