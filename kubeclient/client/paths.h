// How request targets are spelled: where a resource lives, and how values stand in a query.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/transport/transport.h"

namespace windlass {

// "/apis/apps/v1/namespaces/shop/deployments/web". Without a name the collection; without a
// namespace every namespace, or a cluster-scoped object.
std::string ResourcePath(Resource resource, std::string_view namespace_, std::string_view name);

// Appends `key=value`, encoded, to a target that may already have a query.
void AddQuery(std::string& target, std::string_view key, std::string_view value);

// Limits the call on both sides: our deadline, and the server's `timeout` (L-004), so that a write
// nobody waits for any more is given up there, too. Whole seconds rounded down; below one second
// milliseconds, because the server reads 0 as "as long as you like".
void LimitWrite(HttpRequest& http, Duration deadline);

}  // namespace windlass
