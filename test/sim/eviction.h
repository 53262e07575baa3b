// Evictions, as kube-apiserver serves pods/eviction: a first write takes a disruption from the one
// budget that selects the Pod, and then the Pod is deleted (eviction.go).
#pragma once

#include <string>

#include "test/sim/api_server.h"

namespace windlass::sim {

// Does once what kubectl drain does to one Pod. Returns false if refused: several budgets select
// the Pod, or its budget allows no disruption. The Pod is deleted `until_deleted` later.
bool Evict(ApiServer& server, const std::string& namespace_, const std::string& pod,
           Duration until_deleted);

}  // namespace windlass::sim
