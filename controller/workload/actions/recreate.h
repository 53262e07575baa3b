// Recreate: no new Pod before every old one is gone. Source: D-300…D-330, S-010.
#pragma once

#include <optional>

#include "controller/workload/situation.h"

namespace windlass::workload {

struct RecreateStep {
  // The next request for the ReplicaSets; nullopt if there is none for now.
  std::optional<Step> step{};
  // How the sync ends once the status is written: done, wait for old Pods, or fail.
  Step then = Wait{};
};

// Returns the next step of a Recreate rollout (D-300…D-308):
//   1. annotate the new ReplicaSet
//   2. scale old ReplicaSets to 0
//   3. wait until their Pods are gone (old_pods_left.h)
//   4. create the new ReplicaSet with its full size, or scale it to that size
RecreateStep NextRecreate(const Situation& situation);

}  // namespace windlass::workload
