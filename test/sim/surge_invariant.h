// I-43: when the ReplicaSet controller creates a Pod, the owner of the ReplicaSet has no more live
// Pods than the largest replicas + maxSurge in force since the deciding write was sent. The owner
// is a Deployment or a Rollout.
//
// - Live Pods are controlled by a ReplicaSet of the owner, are not marked deleted, and have neither
//   failed nor succeeded. Recreate has no surge.
// - The deciding write is the last write that created the Pod's ReplicaSet or raised its
//   spec.replicas, up to the version that the ReplicaSet controller acts upon. A write that lowers
//   spec.replicas asks for no Pod.
// - A limit counts as in force until the controller has seen the limit that replaces it.
// - Not counted are Pods of sizes that others wrote, Pods that others made and Pods that changed
//   hands, if the controller had not seen that when it sent the deciding write. If the network kept
//   that write back, nor are Pods that the controller has asked for since.
//
// Example: 10 replicas and maxSurge 3 allow 13. The new ReplicaSet has 3 Pods, the old one was set
// from 10 to 8 and still has 10. The new one is set to 5: its next Pod is the 14th, a violation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "test/sim/object_store.h"

namespace windlass::sim {

class SurgeInvariant {
 public:
  // `controllers`: the actors whose sizes are judged.
  explicit SurgeInvariant(std::set<std::string> controllers)
      : controllers_(std::move(controllers)) {}

  // Takes every change of the store, in order. Returns what is wrong with this change, or nullopt.
  std::optional<std::string> See(const Change& change);

  uint64_t judged() const { return judged_; }  // the number of Pods judged

 private:
  // A write that raised spec.replicas, or created the ReplicaSet.
  struct Raise {
    uint64_t revision = 0;
    uint64_t shown = 0;
    bool ours = false;
    bool late = false;  // the network kept it back
  };
  struct PodRecord {
    bool live = false;
    uint64_t others = 0;  // the revision of the write of others that made the Pod; 0: none
    uint64_t raised = 0;  // that of the write of ours that asked for it; 0: none
  };
  struct ReplicaSetRecord {
    std::string name;
    std::string owner;  // uid
    std::vector<Raise> raises;
    std::map<std::string, PodRecord> pods;  // by uid
  };
  struct Limit {
    uint64_t revision = 0;
    int64_t most = 0;
  };
  struct OwnerRecord {  // a Deployment or a Rollout
    std::vector<Limit> limits;
    std::set<std::string> replica_sets;  // uids
  };

  void SeeOwner(const Change& change);
  void SeeReplicaSet(const Change& change);
  std::optional<std::string> SeePod(const Change& change);
  std::optional<std::string> SeeNewPod(const Change& change, ReplicaSetRecord& replica_set);
  std::optional<std::string> Judge(const OwnerRecord& owner, const Raise& decided) const;
  int64_t Live(const OwnerRecord& owner, const Raise& decided) const;
  void RemovePod(const Json& pod);

  std::set<std::string> controllers_;
  std::map<std::string, OwnerRecord> owners_;             // by uid
  std::map<std::string, ReplicaSetRecord> replica_sets_;  // by uid
  uint64_t judged_ = 0;
};

}  // namespace windlass::sim
