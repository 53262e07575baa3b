// The status of a ReplicationControllerUpdate as JSON.
#pragma once

#include "kubeclient/api/json_value.h"
#include "kubeclient/api/replication_controller_update.h"

namespace windlass::replication_controller {

// Absent values become null, so that a merge patch removes the field.
OrderedJson ToJson(const ReplicationControllerUpdateStatus& status);

}  // namespace windlass::replication_controller
