// The new ReplicationController: what is created. It is a copy of the old one with another image,
// or what spec.controller says (RC-3, RC-5, RC-7).
#pragma once

#include <string>

#include "controller/replication_controller/situation.h"
#include "kubeclient/base/result.h"

namespace windlass::replication_controller {

// Returns the image of the container that spec.image is for: the one that spec.container names, or
// else the first. Error kInvalid, with kubectl's text, if there is none (RC-5). `template_json` is
// that of the controller `name`.
Result<std::string> ImageIn(const Situation& situation, const std::string& name,
                            const std::string& template_json);

// Returns the new controller, with 0 replicas and the annotations update-source-id and
// desired-replicas. It is to have `size_before` replicas at the end, unless spec.controller says
// another number. Error kInvalid with kubectl's text if the old controller and the spec do not
// allow it (RC-3, RC-5). Requires that the old controller exists, and that spec.image or
// spec.controller is set.
Result<ReplicationController> MakeNewController(const Situation& situation, int32_t size_before);

// Returns the request that creates it.
Request CreateRequest(const ReplicationController& made);

}  // namespace windlass::replication_controller
