// Deployments as workloads, with the extension that the Deployment controller gives them.
#pragma once

#include "controller/deployment/deployment_workload.h"
#include "controller/in_place/phases/extension.h"

namespace windlass::deployment {

// Returns the workload made from `deployment`, which must outlive the workload.
inline Workload AsWorkload(const Deployment& deployment) {
  static DeploymentKind kind;
  kind.Extend(in_place::InPlaceExtension());
  return AsWorkload(kind, deployment);
}

}  // namespace windlass::deployment
