// Asks the API server, with SelfSubjectAccessReviews, which rights this process has. A program that
// asks at start can name a missing right at once. Otherwise users would learn of it from a rollout
// that does not move (BI-21).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/result.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

struct Right {
  std::string verb;  // "patch"
  ResourceId resource;
  std::string subresource;  // "status"; "" = the object itself
  std::string namespace_;   // "" = all namespaces
  std::string name;         // "" = any

  bool operator==(const Right&) const = default;
  // Returns a text such as "patch deployments.apps/status in all namespaces".
  std::string ToString() const;
};

// Asks the API server for the `rights`, one after the other. Then calls `done` once, with the
// missing rights in the order of `rights`. If a review gets no usable answer, stops asking and
// calls `done` with that error instead. Core thread only. `transport` must outlive the calls.
void FindMissingRights(Transport& transport, std::vector<Right> rights,
                       std::function<void(Result<std::vector<Right>>)> done);

}  // namespace windlass
