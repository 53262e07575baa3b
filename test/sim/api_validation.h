// Finds the reasons to refuse an object: fields of the wrong type, and values that validation
// rejects (D-406, D-701).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "test/sim/api_answer.h"
#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Returns the decoder's error for a known field of the wrong JSON type; nullopt if there is none.
std::optional<std::string> FindWrongType(const ApiResource& resource, const Json& object);

Causes ValidateCreate(const ApiResource& resource, const Json& object);

// `subresource` is the sub-resource that is written to, such as "status", or "".
Causes ValidateUpdate(const ApiResource& resource, const Json& before, const Json& after,
                      std::string_view subresource);

}  // namespace windlass::sim
