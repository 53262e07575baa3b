// Which of the ReplicaSets in view are ours.
//
// Ownership is by uid of the controller reference, never by name (D-100…D-102). What is to be
// adopted or released is only named here; ownership.h does it.
#pragma once

#include <vector>

#include "controller/view.h"

namespace windlass::deployment {

struct Claims {
  // Ours, in order of creation, then name (D-150).
  std::vector<const ReplicaSet*> ours;
  // No controller, labels match: to be adopted (D-100.4). Empty while the Deployment is deleted.
  std::vector<const ReplicaSet*> to_adopt;
  // Our uid, labels no longer match: to be released (D-100.3). Empty while it is deleted.
  std::vector<const ReplicaSet*> to_release;
};

Claims ClaimReplicaSets(const View& view);

}  // namespace windlass::deployment
