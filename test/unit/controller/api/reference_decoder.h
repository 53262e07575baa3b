// The decoders of custom resources once more, the slow and obvious way: over a whole nlohmann tree.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "controller/api/replication_controller_update.h"
#include "controller/api/rollout.h"

namespace windlass::test {

// Returns nullopt if the decoder must return an error.
std::optional<Rollout> ReferenceRollout(const nlohmann::json& object);
std::optional<ReplicationControllerUpdate> ReferenceReplicationControllerUpdate(
    const nlohmann::json& object);

bool Same(const Rollout& a, const Rollout& b);
bool Same(const ReplicationControllerUpdate& a, const ReplicationControllerUpdate& b);

}  // namespace windlass::test
