// What a planner sees of the cluster: one workload and the ReplicaSets that concern it, as the
// cache shows them at one moment. Borrowed from the stores; valid during one call of Next.
//
// The workload is a value, not an object of a kind, so that one planner serves every kind that owns
// ReplicaSets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload.h"
#include "kubeclient/api/node.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_disruption_budget.h"
#include "kubeclient/api/replica_set.h"

namespace windlass {

struct View {
  // A deleted workload has no view: its key is simply done (D-051).
  Workload workload;

  // Owned by uid (D-101), and every orphan of the namespace whose labels match the selector; in
  // order of creationTimestamp, then name (D-150). The planner sorts out which are claimed.
  std::vector<const ReplicaSet*> replica_sets{};

  // For Recreate only: live (non-terminal) Pods owned by the ReplicaSets above. Unless pods_known,
  // the Pod informer is not running yet or has not synced, and nothing may lean on `pods`.
  std::vector<const PodMetadata*> pods{};
  bool pods_known = false;

  // For a workload that asks for in-place updates, or with a ReplicaSet that remembers it
  // (P-076): all live Pods owned by the ReplicaSets above, by age, then name; the nodes
  // they are on, by name; every budget of the namespace. Nothing may lean on them unless
  // in_place_known. in_place_missing says what does not come by itself: the right to watch, a list
  // that fails, an object that cannot be read ("pods (no right to watch them)"). It is empty while
  // the informers are on their way to their first complete state, soon after a start or after the
  // first workload asked: there is nothing to tell then.
  std::vector<const Pod*> whole_pods{};
  std::map<std::string_view, const Node*> nodes{};
  std::vector<const PodDisruptionBudget*> budgets{};
  bool in_place_known = false;
  std::string in_place_missing{};

  // The workload itself or a ReplicaSet of it, as "replicasets default/web-1", whose latest
  // version could not be read: it is missing above, or seen as it was before. Else empty.
  std::string unreadable{};
};

}  // namespace windlass
