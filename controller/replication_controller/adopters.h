// Other controllers that would take the new Pods over in a rename: for a moment those Pods have no
// owner, so a ReplicationController or ReplicaSet that selects them adopts them, and deletes what
// it has too many (RC-14).
//
// Example: web is updated to web-2, which becomes web in the end. other has 2 replicas and selects
// app=web, which the Pods of all three have. It would adopt the 3 new Pods, and delete 3 of its 5.
#pragma once

#include <optional>
#include <string>

#include "controller/core/step.h"
#include "controller/replication_controller/situation.h"

namespace windlass::replication_controller {

// Returns the refusal that names such a controller, or the read that asks for them; nullopt if the
// update renames nothing, or if nobody selects Pods of `template_json`, the new controller's
// spec.template. A client without the right to list ReplicaSets goes on.
std::optional<Step> RefuseAdopters(const Situation& situation, const std::string& template_json);

}  // namespace windlass::replication_controller
