// The annotation in which a leader writes the identity of its term into objects.
#pragma once

#include <string_view>

namespace windlass {

// If the former leader did not release its Lease, a new leader sets this annotation on the
// ReplicaSets that are in the middle of a rollout (L-012).
inline constexpr std::string_view kTermAnnotation = "windlass.dev/term";

}  // namespace windlass
