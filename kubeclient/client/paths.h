// How request targets are spelled: where a resource lives, and how values stand in a query.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// Returns where a resource lives:
// - "/apis/apps/v1/namespaces/shop/deployments/web/status": one object, or its subresource,
// - "/apis/apps/v1/namespaces/shop/deployments": without a name the collection,
// - "/apis/apps/v1/deployments": without a namespace the collection of all namespaces,
// - "/api/v1/nodes/n1": cluster-scoped resources leave the namespace out.
std::string ResourcePath(const ResourceId& resource, std::string_view namespace_,
                         std::string_view name, std::string_view subresource = "");

// Appends `key=value`, encoded, to a target that may already have a query.
void AddQuery(std::string& target, std::string_view key, std::string_view value);

// Limits the call on both sides: our deadline, and the server's `timeout` (L-004), so that a write
// nobody waits for any more is given up there, too. Whole seconds rounded down; below one second
// milliseconds, because the server reads 0 as "as long as you like".
void LimitWrite(HttpRequest& http, Duration deadline);

}  // namespace windlass
