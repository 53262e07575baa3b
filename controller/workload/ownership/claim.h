// Which of the ReplicaSets in view belong to the workload.
//
// The uid in the controller reference decides, never the name (D-100…D-102). This file only finds
// the ReplicaSets to adopt or release; adopt_release.h makes the patches.
#pragma once

#include <vector>

#include "controller/workload/view.h"

namespace windlass::workload {

struct Claims {
  // ReplicaSets that the workload owns, and whose labels match the workload's selector. Ordered by
  // creationTimestamp, then name (D-150).
  std::vector<const ReplicaSet*> ours;
  // ReplicaSets that the workload has to adopt (D-100.4): they have no controller, their labels
  // match the workload's selector, and they are not being deleted. Empty if the workload is being
  // deleted.
  std::vector<const ReplicaSet*> to_adopt;
  // ReplicaSets that the workload has to release (D-100.3): the workload owns them, but their
  // labels no longer match its selector. Empty if the workload is being deleted.
  std::vector<const ReplicaSet*> to_release;
};

Claims ClaimReplicaSets(const View& view);

}  // namespace windlass::workload
