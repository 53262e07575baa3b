// What differs between two Pod templates, as far as it can be brought to a running Pod.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kubeclient/api/pod.h"

namespace windlass::in_place {

struct ImageChange {
  std::string container;  // by name: an injected sidecar shifts the places in a live Pod (P-003)
  // A sidecar restarts with kubelet 1.32 or newer only. A plain init container runs again only when
  // the Pod's sandbox is made anew; its image changes in a Pod that somebody edited, not for a
  // rollout (P-006).
  ContainerKind kind = ContainerKind::kApp;
  std::string from;
  std::string to;
  bool operator==(const ImageChange&) const = default;
};

// Labels or annotations by key, with their new value; nullopt: taken away.
using TextChanges = std::map<std::string, std::optional<std::string>>;

// Tolerations as JSON objects, keys sorted.
struct TolerationChange {
  std::optional<std::string> from;  // which differs in tolerationSeconds; nullopt: added
  std::string to;
  bool operator==(const TolerationChange&) const = default;
};

// Empty when the templates differ in nothing that a Pod shows, such as the order of tolerations.
struct TemplateChanges {
  std::vector<ImageChange> images{};  // in the template's order, init containers behind the others
  TextChanges labels{};
  TextChanges annotations{};
  std::vector<TolerationChange> tolerations{};
  bool operator==(const TemplateChanges&) const = default;
};

}  // namespace windlass::in_place
