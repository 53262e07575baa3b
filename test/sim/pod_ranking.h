// The order in which a ReplicaSet deletes Pods when it shrinks (D-743).
#pragma once

#include <string>
#include <vector>

#include "test/sim/object.h"

namespace windlass::sim {

// Returns `pods` in the order in which they are deleted. `siblings` are the active Pods of all
// ReplicaSets with the same owner, including `pods`. Among Pods with the same phase, readiness and
// deletion cost, the node with more siblings loses a Pod first.
std::vector<Object> RankForDeletion(std::vector<Object> pods, const std::vector<Object>& siblings,
                                    WallTime now);

}  // namespace windlass::sim
