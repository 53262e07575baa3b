#include "cmd/windlass/controllers.h"

#include "controller/deployment/deployment_controller.h"
#include "controller/replication_controller/watch/update_controller.h"
#include "controller/rollout/rollout_controller.h"

namespace windlass {

ControllerList Controllers() {
  return {DeploymentControllerEntry(), RolloutControllerEntry(),
          ReplicationControllerUpdateControllerEntry()};
}

}  // namespace windlass
