// How the tests of this folder make a workload of a Deployment. They run twice, and each program
// links one of two kinds:
//
// - workload_test: plain_kind.cc, because the planner must need no kind of the product.
// - deployment_test: test/unit/controller/deployment/as_workload.cc, the kind with the extension
//   that the Deployment controller gives it. So the same tests hold that kind to what the planner
//   expects.
#pragma once

#include "controller/workload/workload.h"
#include "kubeclient/api/decode_interest.h"
#include "kubeclient/api/deployment.h"

namespace windlass::workload {

// Returns the workload made from `deployment`, which must outlive the workload.
Workload AsWorkload(const Deployment& deployment);

// Returns what the kind's extension wants decoders to keep.
DecodeInterest KeptForKind();

}  // namespace windlass::workload
