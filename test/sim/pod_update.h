// What may change in the spec of an existing Pod (P-085).
#pragma once

#include <string>

#include "test/sim/api_answer.h"

namespace windlass::sim {

// Allows new images, additional tolerations, other tolerationSeconds and an earlier
// activeDeadlineSeconds; refuses every other change. Not modelled: scheduling gates, a negative
// grace period.
Causes ValidatePodUpdate(const Json& before, const Json& after);

// What the subresource `resize` may change (P-101): cpu and memory of containers, in a Pod whose
// kubelet knows of it. It removes none of them and leaves the quality of service as it is. Not
// modelled: static Pods, Windows, resources of the whole Pod.
Causes ValidatePodResize(const Json& before, const Json& after);

// Returns "Guaranteed", "Burstable" or "BestEffort".
std::string QosOf(const Json& pod);

}  // namespace windlass::sim
