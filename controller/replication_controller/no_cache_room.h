// Updates for which there is no room in the caches.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/api/replication_controller_update.h"
#include "controller/core/step.h"

namespace windlass::replication_controller {

// Returns the write that reports in the status why Windlass does not carry `update` out. Returns
// nullopt if the status reports this already, or if this sync has sent the write. The write
//   - removes status.deadline, so that spec.timeout begins anew when there is room again
//   - leaves status.observedGeneration as it is, because the latest spec is not carried out
// What else it sets depends on the update of the present spec:
//   - not failed: status.message to `message`, an empty status.phase to Preparing, and the
//     conditions Ready False and Reconciling True, with `reason`, `message` and the present
//     generation
//   - failed with the cause kNotFound: the same, but status.phase to the phase of the step, because
//     the update still waits for a controller
//   - failed with another cause: status.message to the message of Stalled, followed by `message`.
//     The conditions stay, because a user still has to correct the cause
//
// All other fields of the status stay. The caches may have cut `update` down, so that it lacks
// fields from which an update goes on after a crash; writing these fields would erase them.
std::optional<Step> ReportLeftAlone(const ReplicationControllerUpdate& update,
                                    std::string_view reason, const std::string& message,
                                    const Learned& learned, WallTime now);

}  // namespace windlass::replication_controller
