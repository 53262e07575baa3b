// Which of the ReplicaSets in view belong to the workload.
//
// The uid of the controller reference decides, never the name (D-100…D-102). This file only names
// the ReplicaSets to adopt or release; adopt_release.h writes the patches.
#pragma once

#include <vector>

#include "controller/workload/view.h"

namespace windlass::workload {

struct Claims {
  // ReplicaSets that the workload owns, and whose labels its selector matches. Ordered by creation,
  // then name (D-150).
  std::vector<const ReplicaSet*> ours;
  // To be adopted (D-100.4): ReplicaSets without a controller whose labels match the workload's
  // selector, and which are not being deleted. Empty if the workload is being deleted.
  std::vector<const ReplicaSet*> to_adopt;
  // To be released (D-100.3): ReplicaSets that the workload owns, but whose labels its selector no
  // longer matches. Empty if the workload is being deleted.
  std::vector<const ReplicaSet*> to_release;
};

Claims ClaimReplicaSets(const View& view);

}  // namespace windlass::workload
