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
//   - sets status.phase to Preparing if it is empty, and status.message to `message`
//   - sets the conditions Ready False and Reconciling True, with `reason`, `message` and the
//     present generation
//   - removes status.deadline, so that spec.timeout begins anew when there is room again
//   - leaves status.observedGeneration as it is, because the latest spec is not carried out
//
// If the update of the present spec has failed, its conditions stay: a user still has to correct
// the cause. status.message is then the message of Stalled, followed by `message`. Exception: with
// the cause kNotFound, the update still waits for a controller. The list above then holds, and
// status.phase is the phase of the step.
//
// All other fields of the status stay. The caches may have cut `update` down, so that it lacks
// fields from which an update goes on after a crash; writing these fields would erase them.
std::optional<Step> ReportLeftAlone(const ReplicationControllerUpdate& update,
                                    std::string_view reason, const std::string& message,
                                    const Learned& learned, WallTime now);

}  // namespace windlass::replication_controller
