// What a run is for: which new controller, and what it is made of. The status keeps it as one text,
// so that a run is not taken for that of an edited spec.
#pragma once

#include <string>
#include <string_view>

#include "kubeclient/api/replication_controller_update.h"

namespace windlass::replication_controller {

// Returns "<spec.newName>/<hash of image, container, imagePullPolicy and controller>", each "" if
// the spec has none. Example: "web-2/" for a new controller that exists.
std::string TargetOf(const ReplicationControllerUpdateSpec& spec);

// Returns the target of a run that only finishes what an earlier update began: the content is that
// of no present spec.
std::string TargetOfOtherSpec(const std::string& new_name);

// Returns true if the spec names another new controller than the run began with. A run that began
// without a name in the spec has none.
bool HasOtherName(const ReplicationControllerUpdateSpec& spec, std::string_view target);
// Returns true if both say what the new controller is made of, and not the same.
bool HasOtherContent(const ReplicationControllerUpdateSpec& spec, std::string_view target);

}  // namespace windlass::replication_controller
