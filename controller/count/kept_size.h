// Whether the API server kept a size that Windlass wrote.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass {

// Returns a check (Write::check) for a write that gives the object `key` the size `replicas`. If
// the reply has another size, the check returns an error. The error names the object, both sizes
// and the remedy. Example: a mutating admission policy made 8 to 4. With `remedy` "exempt it from
// the policy", the error ends with "Find the mutating admission policy or webhook that changes
// spec.replicas, and exempt it from the policy".
std::function<Status(std::string_view reply)> CheckSize(const ResourceId& resource,
                                                        const ObjectKey& key, int32_t replicas,
                                                        std::string_view remedy);

}  // namespace windlass
