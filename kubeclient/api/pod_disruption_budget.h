// policy/v1 PodDisruptionBudget: how many of the Pods it selects may be disrupted now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/selector.h"
#include "kubeclient/base/result.h"

namespace windlass {

class Decoder;

// A limit of the API server. While a budget lists more granted evictions than this
// (status.disruptedPods), the API server grants no further eviction, and we take down no further
// healthy Pod that the budget selects.
inline constexpr size_t kDisruptedPodsMax = 2000;

struct PodDisruptionBudget {
  ObjectMeta meta;  // annotations are not kept
  // An empty selector selects every Pod of the namespace, an absent one selects none.
  LabelSelector selector;
  bool has_selector = false;
  int64_t observed_generation = 0;
  int32_t disruptions_allowed = 0;
  // The names of Pods whose eviction the API server has granted: sorted, each once.
  // disruptions_allowed has been lowered for each of them. At most kDisruptedPodsMax + 1 names are
  // kept: enough to stop further evictions.
  std::vector<std::string> disrupted_pods{};

  bool IsDisrupted(std::string_view pod) const;
};

// Returns kMalformed if the object has no metadata.name.
Result<PodDisruptionBudget> DecodePodDisruptionBudget(Decoder& decoder,
                                                      std::string_view object_json);

// These do for a budget what the functions of the same names in object_meta.h do for an ObjectMeta.
// BytesOf includes sizeof(PodDisruptionBudget).
// There is no Cut: if the cache has no room, only the metadata is cut. A budget without its
// selector would forbid nothing.
size_t BytesOf(const PodDisruptionBudget& object);
size_t TextBytesOf(const PodDisruptionBudget& object);

}  // namespace windlass
