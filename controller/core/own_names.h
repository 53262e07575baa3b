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

// A write of this annotation raises the resourceVersion of an object, so that a late write of a
// former leader fails. Written
//   - by a new leader, if the former one did not release its Lease (L-012): on ReplicaSets in the
//     middle of a rollout, and on ReplicationControllers in the middle of an update
//   - by the update of a ReplicationController, before it drops a scaling that its status stores:
//     the request of that scaling may still be on the way (FenceDropped of
//     replication_controller/roll.cc)
inline constexpr std::string_view kTermAnnotation = "windlass.dev/term";

}  // namespace windlass
