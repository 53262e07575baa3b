// Evictions by another client, whose two writes have time between them. The first write takes a
// disruption from the one budget that selects the Pod. Then the Pod is deleted. An eviction that is
// sent to the modelled API server does both at once (api_eviction.h).
#pragma once

#include <string>

#include "test/sim/api_server.h"

namespace windlass::sim {

// Evicts a Pod, like one attempt of kubectl drain; the Pod is deleted `until_deleted` later.
// Returns false if the eviction is refused: several budgets select the Pod, or its budget allows no
// disruption.
bool Evict(ApiServer& server, const std::string& namespace_, const std::string& pod,
           Duration until_deleted);

}  // namespace windlass::sim
