// Builds request targets: the path of a resource, and the parameters of a query.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/api/resource_id.h"
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

// Appends the query parameter `timeout`, after which the API server gives up a call. The value is
// at least one millisecond, because the server takes 0 as "no limit". Example: 8.75 s gives
// timeout=8750ms.
void AddTimeout(std::string& target, Duration timeout);

// Sets the call's deadline. Makes the API server give up the write one second earlier (L-004), so
// that its answer with the reason arrives in time.
// If `deadline` is below two seconds, the server gives up after half of it. Examples: a deadline of
// 9.75 s gives timeout=8750ms, one of 400 ms gives timeout=200ms.
void LimitWrite(HttpRequest& http, Duration deadline);

}  // namespace windlass
