// The start of most tests of a change: a rollout that is over.
#pragma once

#include "test/catch.h"
#include "test/unit/controller/workload/cluster.h"

namespace windlass::workload {

// A completed rollout of image v1, by another strategy if one is given. What it wrote is cleared.
struct CompletedCluster : Cluster {
  explicit CompletedCluster(int32_t replicas, const char* strategy = nullptr) : Cluster(replicas) {
    if (strategy != nullptr) ChangeStrategy(strategy);
    Settle();
    REQUIRE(Condition("Progressing") == "True NewReplicaSetAvailable");
    writes.clear();
    events.clear();
    reads.clear();
  }
};

}  // namespace windlass::workload
