// What `get NAME` shows, as a value: a workload with its ReplicaSets and their Pods.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cmd/kubectl-windlass/pod_state.h"
#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/clock.h"

namespace windlass::cli {

struct ReplicaSetBranch {
  std::string name;
  std::string status;  // "revision 8"
  std::string ready;   // "2/4": Pods that are ready, of those that there should be
  std::string why;     // "new", "old, stable", "asked for"; and why it cannot make Pods
  std::optional<WallTime> created{};
  Mood mood = Mood::kGood;
  std::vector<PodState> pods{};  // not available ones first
};

struct Tree {
  std::vector<std::pair<std::string, std::string>> header;  // "Status", "Progressing: …"
  std::string name;
  std::string phase;
  std::string ready;
  std::optional<WallTime> created{};
  Mood mood = Mood::kWaiting;
  std::vector<ReplicaSetBranch> replica_sets;  // the new one first; of a workload that has some
  std::vector<PodState> pods;                  // of a ReplicationController
  WallTime now;
};

// `replica_sets` and `pods` may hold objects of others: what the workload does not own is left out.
Tree TreeOf(const Json& workload, const ResourceId& resource,
            const std::vector<const Json*>& replica_sets, const std::vector<const Json*>& pods,
            WallTime now);

// The tree of a ReplicationController in the middle of an update: the update, with both controllers
// and their Pods.
Tree TreeOfUpdate(const Json& update, const std::vector<const Json*>& controllers,
                  const std::vector<const Json*>& pods, WallTime now);

}  // namespace windlass::cli
