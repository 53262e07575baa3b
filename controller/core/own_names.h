// The names by which API servers know Windlass, and the annotation with which a leader marks
// objects with its term. Windlass' programs hand the names to kubeclient, which has no names of its
// own.
#pragma once

#include <string_view>

namespace windlass {

// managedFields shows this name for each field that the daemon writes.
inline constexpr std::string_view kOwnFieldManager = "windlass";

// The API group of Windlass' custom resources.
inline constexpr std::string_view kOwnApiGroup = "windlass.dev";

// If the former leader did not release its Lease, a new leader sets this annotation on the
// ReplicaSets that are in the middle of a rollout (L-012).
inline constexpr std::string_view kTermAnnotation = "windlass.dev/term";

}  // namespace windlass
