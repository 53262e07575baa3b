// The update that most tests begin with, and how far it runs.
#pragma once

#include <functional>
#include <string>

#include "test/unit/controller/replication_controller/world.h"

namespace windlass::replication_controller {

// Creates "web", version 1, with `replicas` Pods, and its update to "web-2" of kFile. `more`
// changes the spec as a merge patch does.
void StartUpdate(World& world, int32_t replicas, const std::string& update_period,
                 const json& more = json::object());

// Leaves `pods` ready Pods of version 2 without an owner, as "web-2" does if it is deleted with
// --cascade=orphan.
void LeaveOrphans(World& world, int32_t pods);

// Plays syncs, the cluster and time until `reached`. Fails if that does not come.
void RunUntil(World& world, const std::function<bool()>& reached);
// Until "web-2" shall have so many replicas.
void RunUntilScaled(World& world, int32_t replicas);

}  // namespace windlass::replication_controller
