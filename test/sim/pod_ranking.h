// Which Pods a ReplicaSet gives up first when it shrinks (D-743).
#pragma once

#include <string>
#include <vector>

#include "test/sim/object.h"

namespace windlass::sim {

// `pods` in the order in which they are deleted. `siblings` are the active Pods of all ReplicaSets
// with the same owner, these included: a node with more of them gives one up first.
std::vector<Object> RankForDeletion(std::vector<Object> pods, const std::vector<Object>& siblings,
                                    WallTime now);

}  // namespace windlass::sim
