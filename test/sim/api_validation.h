// Why an object is refused: type errors of the decoder (400) and validation (422). D-406, D-701.
#pragma once

#include <optional>

#include "test/sim/api_answer.h"
#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

// A known field of the wrong JSON type, which the server's decoder refuses with 400.
std::optional<ApiAnswer> CheckTypes(const ApiResource& resource, const Json& object);

Causes ValidateCreate(const ApiResource& resource, const Json& object);

// `status` tells whether the write came through the status sub-resource.
Causes ValidateUpdate(const ApiResource& resource, const Json& before, const Json& after,
                      bool status);

}  // namespace windlass::sim
