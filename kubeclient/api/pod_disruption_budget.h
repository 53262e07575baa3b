// policy/v1 PodDisruptionBudget: how many of the Pods it selects may be disrupted now.
#pragma once

#include <cstdint>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"

namespace windlass {

struct PodDisruptionBudget {
  ObjectMeta meta;  // annotations are not kept
  // Here an empty selector selects every Pod of the namespace, and an absent one none.
  LabelSelector selector;
  bool has_selector = false;
  int64_t observed_generation = 0;
  int32_t disruptions_allowed = 0;
};

}  // namespace windlass
