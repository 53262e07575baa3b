// The annotation that identifies a term of leadership on objects of the API.
#pragma once

#include <string_view>

namespace windlass {

// Set on ReplicaSets that were in the middle of a rollout when the former leader lost its Lease
// (L-012).
inline constexpr std::string_view kTermAnnotation = "windlass.dev/term";

}  // namespace windlass
