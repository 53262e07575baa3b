// What the API server and the cluster of the tests read in a Pod.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace windlass::replication_controller {

using nlohmann::json;

inline bool Selects(const json& selector, const json& labels) {
  return std::ranges::all_of(selector.items(), [&](const auto& pair) {
    return labels.contains(pair.key()) && labels[pair.key()] == pair.value();
  });
}

// Returns metadata.labels.
inline const json& Labels(const json& pod) { return pod.at("metadata").at("labels"); }

// Returns the uid of the owner; "" if there is none.
inline std::string OwnerOf(const json& pod) {
  const json& metadata = pod.at("metadata");
  if (!metadata.contains("ownerReferences") || metadata["ownerReferences"].empty()) return {};
  return metadata["ownerReferences"][0]["uid"];
}

}  // namespace windlass::replication_controller
