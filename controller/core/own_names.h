// The names by which API servers know Windlass. Its programs hand them to kubeclient, which has no
// names of its own. And the annotation in which a leader writes the identity of its term into
// objects.
#pragma once

#include <string_view>

namespace windlass {

// managedFields shows this name for each field that the daemon writes.
inline constexpr std::string_view kOwnFieldManager = "windlass";

// Of the custom resources of Windlass.
inline constexpr std::string_view kOwnApiGroup = "windlass.dev";

// If the former leader did not release its Lease, a new leader sets this annotation on the
// ReplicaSets that are in the middle of a rollout (L-012).
inline constexpr std::string_view kTermAnnotation = "windlass.dev/term";

}  // namespace windlass
