// policy/v1 PodDisruptionBudget: how many of the Pods it selects may be disrupted now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"

namespace windlass {

// An entry of status.disruptedPods: somebody was promised that this Pod may be taken down.
struct DisruptedPod {
  std::string name;
  WallTime since;
  bool operator==(const DisruptedPod&) const = default;
};

struct PodDisruptionBudget {
  ObjectMeta meta;  // annotations are not kept
  // Here an empty selector selects every Pod of the namespace, and an absent one none.
  LabelSelector selector;
  bool has_selector = false;
  int64_t observed_generation = 0;
  int32_t disruptions_allowed = 0;
  // By name, each once; the first kDisruptedPodsMax + 1, because nobody gets another promise before
  // there are fewer. disruptions_allowed has been lowered for each of them.
  std::vector<DisruptedPod> disrupted_pods{};

  // The time of the Pod's entry; nullopt: it has none.
  std::optional<WallTime> DisruptedSince(std::string_view pod) const;
};

}  // namespace windlass
