// What an update may change: upstream's PrepareForUpdate of each resource.
#pragma once

#include <string_view>

#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Restores from the stored object what a write may not change: metadata that the system sets, and
// the half of the object that belongs to the other endpoint (D-703). The status endpoint of a
// custom resource takes the status and nothing else. `subresource` is "status" or another one that
// is written to, or "".
void KeepStored(const ApiResource& resource, std::string_view subresource, const Json& current,
                Json& next);

// Returns true if the write raises metadata.generation.
bool BumpsGeneration(const ApiResource& resource, std::string_view subresource, const Json& current,
                     const Json& next);

}  // namespace windlass::sim
