// Updates for which there is no room in the caches.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/api/replication_controller_update.h"
#include "controller/core/step.h"

namespace windlass::replication_controller {

// Returns the write that reports in the status that the update is left alone, with `reason` and
// `message`: status.message, Ready False and Reconciling True, of the present generation.
// status.observedGeneration stays behind a change that is not carried out. spec.timeout counts anew
// when there is room.
//
// If the update of the present spec has failed, phase and conditions stay: what went wrong is still
// to be corrected. status.message then is the message of Stalled and `message`.
//
// Nothing else of the status is written, because `update` may be cut: then it lacks the record from
// which an update goes on after a crash. Returns nullopt if the status reports this already, or the
// write was sent in this sync.
std::optional<Step> ReportLeftAlone(const ReplicationControllerUpdate& update,
                                    std::string_view reason, const std::string& message,
                                    const Learned& learned, WallTime now);

}  // namespace windlass::replication_controller
