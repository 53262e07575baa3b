// The patch by which Windlass writes to a Service, and whether a version of the Service shows it.
// The API server may accept a patch that it does not keep: a mutating webhook has the last word.
#pragma once

#include <optional>
#include <string>

#include "kubeclient/api/request.h"
#include "kubeclient/api/service.h"

namespace windlass::rollout {

struct ServicePatch {
  std::string note{};                 // the annotation (service_facts.h); "": is removed
  std::optional<std::string> hash{};  // the key; "": is removed, nullopt: stays as it is

  bool operator==(const ServicePatch&) const = default;
};

// The request bears the version of `service`.
Request RequestFor(const Service& service, const ServicePatch& patch);

// Returns what `request`, which RequestFor made, sets.
ServicePatch PatchIn(const Request& request);

// Returns true if the Service is as `patch` makes it.
bool Shows(const Service& service, const ServicePatch& patch);

}  // namespace windlass::rollout
