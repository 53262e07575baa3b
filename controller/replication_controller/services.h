// Services that an update takes the Pods of: a Service that selects a label whose value differs
// between the two controllers sees the old Pods only, and none in the end. An update touches no
// Service, so it warns (RC-17).
#pragma once

#include <optional>
#include <vector>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"
#include "kubeclient/api/resource_id.h"

namespace windlass::replication_controller {

// Only asked about, never decoded.
inline constexpr ResourceId kServices{"", "v1", "services", "Service"};

// Returns the read that lists the Services of the namespace; nullopt if this sync made it. A client
// without the right to list them goes on.
std::optional<Step> AskForServices(const Situation& situation);

// Returns a Warning for each Service of that list which will lose its Pods. Requires source and
// target.
std::vector<Event> WarnAboutServices(const Situation& situation);

}  // namespace windlass::replication_controller
