// Which of the ReplicaSets in view are ours.
//
// Ownership is by uid of the controller reference, never by name (D-100…D-102). Adopting orphans
// and releasing ReplicaSets whose labels were edited come later; until then a Deployment that needs
// either is left alone (unsupported.h).
#pragma once

#include <vector>

#include "controller/view.h"

namespace windlass::deployment {

struct Claims {
  // Ours, in order of creation, then name (D-150).
  std::vector<const ReplicaSet*> ours;
  // No controller, labels match: upstream adopts these (D-100.4). Empty while the Deployment is
  // deleted.
  std::vector<const ReplicaSet*> to_adopt;
  // Our uid, labels no longer match: upstream releases these (D-100.3). Empty while it is deleted.
  std::vector<const ReplicaSet*> to_release;
};

Claims ClaimReplicaSets(const View& view);

}  // namespace windlass::deployment
