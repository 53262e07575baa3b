// The parts of a request's target: "/apis/apps/v1/namespaces/ns/deployments/web/status?limit=5".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "test/sim/api_resource.h"

namespace windlass::sim {

struct ApiPath {
  const ApiResource* resource = nullptr;
  std::string namespace_;                    // empty: all namespaces, or not namespaced
  std::string name;                          // empty: the collection
  std::string subresource;                   // "", "status", "scale", "resize" or "eviction"
  std::map<std::string, std::string> query;  // decoded

  // Returns the value of a query parameter; empty if absent.
  std::string Query(const std::string& key) const;
  bool QueryFlag(const std::string& key) const;  // true for "1" and "true"
};

// Returns nullopt if nothing is served at `target`.
std::optional<ApiPath> ParseTarget(std::string_view target);

}  // namespace windlass::sim
