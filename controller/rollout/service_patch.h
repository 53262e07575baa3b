// The patch that Windlass sends to a Service, and the check whether the Service shows the patch. A
// mutating webhook can change the Service before it is stored.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kubeclient/api/request.h"
#include "kubeclient/api/service.h"
#include "kubeclient/base/result.h"

namespace windlass::rollout {

// The annotation of a Service whose selector Windlass writes (service_facts.h).
inline constexpr std::string_view kServiceOf = "windlass.dev/service-of";

struct ServicePatch {
  std::string note{};  // the annotation (service_facts.h); "" removes it
  // The value of the key pod-template-hash in the selector; "" removes the key, nullopt leaves it
  // as it is.
  std::optional<std::string> hash{};

  bool operator==(const ServicePatch&) const = default;
};

// Returns the request that sends `patch`. It bears the version of `service`, so it fails if another
// client has changed the Service.
Request RequestFor(const Service& service, const ServicePatch& patch);

// Returns the patch in `request`, which RequestFor made.
ServicePatch PatchIn(const Request& request);

// Returns a check (Write::check) for a write that sends `patch` to the Service `key`. The check
// returns an error if the Service in the reply is not as `patch` makes it. It reads only the
// annotation and the key of the selector, because the reply may be large. A reply that cannot be
// read, or that is no object of the API server, passes.
std::function<Status(std::string_view reply)> CheckKept(const ObjectKey& key, ServicePatch patch);

// Returns true if the Service is as `patch` makes it.
bool Shows(const Service& service, const ServicePatch& patch);

}  // namespace windlass::rollout
