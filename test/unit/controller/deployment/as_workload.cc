// Tests of the planner with the kind and the extension of the Deployment controller.
#include "test/unit/controller/workload/as_workload.h"

#include "controller/deployment/deployment_workload.h"
#include "controller/in_place/phases/extension.h"
#include "controller/in_place/template/interest.h"

namespace windlass::workload {

Workload AsWorkload(const Deployment& deployment) {
  static deployment::DeploymentKind kind;
  kind.Extend(in_place::InPlaceExtension());
  return deployment::AsWorkload(kind, deployment);
}

DecodeInterest KeptForKind() { return in_place::Interest(); }

}  // namespace windlass::workload
