// What `get NAME` shows, as a value: a workload with its ReplicaSets and their Pods.
#pragma once

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
  std::string ready;   // "2/4": 2 Pods are ready, and there should be 4
  std::string why;     // "new", "old, stable", "asked for"; and what is wrong with it
  std::optional<WallTime> created{};
  Mood mood = Mood::kGood;
  // True if the role is "old", no Pod is desired or ready, and the ReplicaSet is not being deleted
  // and has no ReplicaFailure. Pods that are not ready may remain.
  bool is_spare = false;
  std::vector<PodState> pods{};  // Pods with a problem first
};

struct Tree {
  std::vector<std::pair<std::string, std::string>> header;  // "Status", "Progressing: …"
  std::string name;
  std::string phase;
  std::string ready;
  std::optional<WallTime> created{};
  Mood mood = Mood::kWaiting;
  // Highest revision first. In the tree of an update: its two controllers, the old one first.
  std::vector<ReplicaSetBranch> replica_sets;
  std::vector<PodState> pods;  // of a ReplicationController without an update
  WallTime now;
};

// Returns the tree of the workload. Leaves out those of `replica_sets` and `pods` that the workload
// does not own. `resource` must be in the table of kinds (kind.h).
Tree TreeOf(const Json& workload, const ResourceId& resource,
            const std::vector<const Json*>& replica_sets, const std::vector<const Json*>& pods,
            WallTime now);

// Returns the tree of a ReplicationController in the middle of an update: the update, with both
// controllers and their Pods.
Tree TreeOfUpdate(const Json& update, const std::vector<const Json*>& controllers,
                  const std::vector<const Json*>& pods, WallTime now);

}  // namespace windlass::cli
