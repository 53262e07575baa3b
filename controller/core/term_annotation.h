// The annotation in which a leader writes the identity of its term into objects.
#pragma once

#include <string_view>

namespace windlass {

// A new leader sets it on the ReplicaSets that are in the middle of a rollout, if the former leader
// did not release its Lease (L-012).
inline constexpr std::string_view kTermAnnotation = "windlass.dev/term";

}  // namespace windlass
