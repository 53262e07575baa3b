// The Rollouts of test/deploy/rollouts: those that an API server with the CRD accepts, and those
// that it refuses.
#pragma once

#include <string>
#include <vector>

#include "test/sim/object.h"

namespace windlass::sim {

struct RolloutManifest {
  std::string name;
  Object object;
  std::string refusal;  // words of the API server's answer; empty if it accepts the Rollout
};

// Reads good.yaml and bad.yaml of the folder, whose rows say what differs from its base.yaml.
std::vector<RolloutManifest> GoodRollouts(const std::string& folder);
std::vector<RolloutManifest> BadRollouts(const std::string& folder);

}  // namespace windlass::sim
