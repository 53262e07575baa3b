#include "cmd/windlass/controllers.h"

#include "controller/deployment/deployment_controller.h"

namespace windlass {

ControllerList Controllers() { return {DeploymentControllerEntry()}; }

}  // namespace windlass
