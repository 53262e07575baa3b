// The status of a ReplicationControllerUpdate as JSON.
#pragma once

#include "controller/api/replication_controller_update.h"
#include "kubeclient/api/json_value.h"

namespace windlass::replication_controller {

// Absent values become null, so that a merge patch removes the field.
OrderedJson ToJson(const ReplicationControllerUpdateStatus& status);

}  // namespace windlass::replication_controller
