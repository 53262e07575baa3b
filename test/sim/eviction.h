// Evictions, as kube-apiserver serves pods/eviction: room for the Pod is taken in the one budget
// that selects it, in a write of its own, and then the Pod is deleted (eviction.go).
#pragma once

#include <string>

#include "test/sim/api_server.h"

namespace windlass::sim {

// What kubectl drain does to one Pod, once. False: refused, for it is under too many budgets or one
// allows no disruption. The deletion follows `until_deleted` later.
bool Evict(ApiServer& server, const std::string& namespace_, const std::string& pod,
           Duration until_deleted);

}  // namespace windlass::sim
