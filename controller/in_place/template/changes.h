// The differences between two Pod templates that can be applied to a running Pod.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/api/container_resources.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

struct ImageChange {
  // The container's name. An index would not do, because an injected sidecar shifts the indexes in
  // a live Pod (P-003).
  std::string container;
  // Whether a new image restarts the container (P-006):
  //   - kApp: always
  //   - kSidecar: only with kubelet 1.32 or newer
  //   - kInit: only when the Pod's sandbox is created anew. A new template that changes this image
  //     is not rolled out in place (kInitImageChanged). A patch still changes it in a Pod that
  //     another client may have edited, or whose former template is not known (ChangesFor).
  ContainerKind kind = ContainerKind::kApp;
  std::string from;
  std::string to;
  bool operator==(const ImageChange&) const = default;
};

// The new values of labels or annotations, by key; nullopt removes the key.
using TextChanges = std::map<std::string, std::optional<std::string>>;

// A toleration that is added, or whose tolerationSeconds change. `from` and `to` are JSON objects
// with sorted keys.
struct TolerationChange {
  // The toleration before the change; nullopt if `to` is added.
  std::optional<std::string> from;
  std::string to;
  bool operator==(const TolerationChange&) const = default;
};

// Other CPU or memory of one container (P-009).
struct ResourceChange {
  std::string container;
  ContainerKind kind = ContainerKind::kApp;
  // The quantities that change, before and after; those that stay are empty in both.
  CpuAndMemory from{};
  CpuAndMemory to{};
  bool restarts = false;  // its resizePolicy has the container restarted for one of these
  bool operator==(const ResourceChange&) const = default;
};

// All members are empty if the templates differ only in what has no effect on Pods, such as the
// order of tolerations.
struct TemplateChanges {
  std::vector<ImageChange> images{};  // in the template's order, init containers last
  TextChanges labels{};
  TextChanges annotations{};
  std::vector<TolerationChange> tolerations{};
  // In a request of its own (controller/in_place/pod/resize.h). In the order of the template, init
  // containers first.
  std::vector<ResourceChange> resources{};
  bool operator==(const TemplateChanges&) const = default;
};

// Returns true if the changes are of CPU or memory, and restart no container (P-103).
inline bool RestartNothing(const TemplateChanges& changes) {
  return changes.images.empty() && !changes.resources.empty() &&
         std::ranges::none_of(changes.resources, &ResourceChange::restarts);
}

}  // namespace windlass::in_place
