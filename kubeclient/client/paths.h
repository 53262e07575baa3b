// Builds request targets: the path of a resource, and the parameters of a query.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// Returns the path of an object, a subresource or a collection:
//   - "/apis/apps/v1/namespaces/shop/deployments/web": an object.
//   - "/apis/apps/v1/namespaces/shop/deployments/web/status": its subresource.
//   - "/apis/apps/v1/namespaces/shop/deployments": without `name`, the collection.
//   - "/apis/apps/v1/deployments": without `namespace_`, the collection of all namespaces.
//   - "/api/v1/nodes/n1": an object of a cluster-scoped resource; `namespace_` is not used.
std::string ResourcePath(const ResourceId& resource, std::string_view namespace_,
                         std::string_view name, std::string_view subresource = "");

// Appends `key=value` to a target that may have a query already. Percent-encodes `value`.
void AddQuery(std::string& target, std::string_view key, std::string_view value);

// Sets the call's deadline, and the same as the query parameter `timeout`, so that the API server
// too gives up a write for which we no longer wait (L-004). `timeout` is rounded down to whole
// seconds; below one second it is in milliseconds, because the server takes 0 for no limit.
// Examples: 2.7 s gives timeout=2s, 400 ms gives timeout=400ms.
void LimitWrite(HttpRequest& http, Duration deadline);

}  // namespace windlass
