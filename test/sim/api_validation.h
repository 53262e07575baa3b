// Why an object is refused: wrong types and validation. D-406, D-701.
#pragma once

#include <optional>
#include <string>

#include "test/sim/api_answer.h"
#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

// A known field of the wrong JSON type: what the server's decoder says of it.
std::optional<std::string> FindWrongType(const ApiResource& resource, const Json& object);

Causes ValidateCreate(const ApiResource& resource, const Json& object);

// `status` tells whether the write came through the status sub-resource.
Causes ValidateUpdate(const ApiResource& resource, const Json& before, const Json& after,
                      bool status);

}  // namespace windlass::sim
