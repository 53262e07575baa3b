// The names by which API servers know Windlass, and the annotation in which a leader writes its
// term of leadership. The library kubeclient defines no such names: Windlass' programs pass these
// names to it.
#pragma once

#include <string_view>

namespace windlass {

// managedFields shows this name for each field that the daemon writes.
inline constexpr std::string_view kOwnFieldManager = "windlass";

// The API group of Windlass' custom resources.
inline constexpr std::string_view kOwnApiGroup = "windlass.dev";

// If the former leader did not release its Lease, a new leader sets this annotation on the
// ReplicaSets that are in the middle of a rollout, and on the ReplicationControllers that are in
// the middle of an update (L-012). An update sets it as well before it drops a stored scaling
// (FenceDropped of replication_controller/roll.cc).
inline constexpr std::string_view kTermAnnotation = "windlass.dev/term";

}  // namespace windlass
