// An update that an annotation of the old ReplicationController asks for (RC-1).
#pragma once

#include "controller/core/step.h"
#include "kubeclient/api/replication_controller.h"

namespace windlass {

// Returns the step that creates the ReplicationControllerUpdate which the annotation
// windlass.dev/rolling-update-to of `controller` asks for; or, if this sync created it already,
// waits for it. An update of that name that exists is left as it is, also if it has ended: who may
// annotate a ReplicationController may not therefore change an update.
Step CreateRequestedUpdate(const ReplicationController& controller, const Learned& learned);

}  // namespace windlass
