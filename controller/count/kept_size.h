// Whether the API server kept a size that Windlass wrote.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "kubeclient/api/request.h"
#include "kubeclient/base/result.h"

namespace windlass {

// Returns a check (Write::check) for a write that gives the object `key` the size `replicas`. The
// check returns an error if the reply has another size. The error names the object, both sizes and
// the remedy: `exempt` says which objects to exempt from the policy. Example: Windlass wrote 8, and
// a mutating admission policy made it 4.
std::function<Status(std::string_view reply)> CheckSize(const ResourceId& resource,
                                                        const ObjectKey& key, int32_t replicas,
                                                        std::string exempt);

}  // namespace windlass
