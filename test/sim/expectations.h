// Upstream's expectations (controller_utils.go): how many of its own creations and deletions the
// ReplicaSet controller has still to see before it may create or delete Pods again.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "kubeclient/base/clock.h"
#include "test/sim/object_store.h"

namespace windlass::sim {

class Expectations {
 public:
  // Upstream's ExpectationsTimeout: after it, the controller stops waiting for what it has not
  // seen.
  static constexpr Duration kTimeout = seconds(300);

  // Each call replaces the former expectation for this ReplicaSet.
  void ExpectCreations(const StoreKey& replica_set, size_t count, MonotonicTime now);
  void ExpectDeletions(const StoreKey& replica_set, std::set<std::string> pods, MonotonicTime now);

  // Any new Pod of the ReplicaSet counts as one of the creations.
  void CreationObserved(const StoreKey& replica_set);
  void DeletionObserved(const StoreKey& replica_set, const std::string& pod);
  void Delete(const StoreKey& replica_set) { expected_.erase(replica_set); }

  bool Satisfied(const StoreKey& replica_set, MonotonicTime now) const;

 private:
  struct Expected {
    size_t creations = 0;
    std::set<std::string> deletions;  // names of Pods
    MonotonicTime since;
  };
  std::map<StoreKey, Expected> expected_;
};

}  // namespace windlass::sim
