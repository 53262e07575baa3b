// What a planner sees of the cluster, as the caches show it at one moment: one workload, its
// ReplicaSets, the controllers that it overlaps with and, if needed, Pods, nodes and
// PodDisruptionBudgets. Pointers are borrowed from the stores and valid during one call of Next.
//
// The workload is a value, not an object of a kind. So one planner serves every kind that owns
// ReplicaSets.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "controller/workload/workload.h"
#include "kubeclient/api/node.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/pod_disruption_budget.h"
#include "kubeclient/api/replica_set.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// Another controller in the workload's namespace. It owns ReplicaSets that the workload's selector
// matches.
struct Overlap {
  OwnerReference other{};
  WallTime since{};  // when this process first saw the overlap
  // True if the overlap existed when this process loaded its caches: an earlier process may have
  // reported the overlap.
  bool at_start = false;
  // True if the other controller has the workload's kind and also selects ReplicaSets of this
  // workload. Its own sync then sends the Event about it. If false, the sync of this workload sends
  // the Events about both.
  bool is_mutual = false;
};

struct View {
  // A workload that is gone has no view: its key needs no more work (D-051). A workload that has a
  // deletionTimestamp still has one.
  Workload workload;

  // The ReplicaSets that the workload owns by uid (D-101), and every orphan of the namespace whose
  // labels match the selector. Ordered by creationTimestamp, then name (D-150). The planner decides
  // which of these ReplicaSets it claims.
  std::vector<const ReplicaSet*> replica_sets{};

  // The specs of the workload and of its ReplicaSets have not changed since this time. They may be
  // unchanged for longer: after a start, this is the time at which the caches were complete. No
  // wait for Pods counts as older than this (sizes/waiting_event.h).
  WallTime specs_since{};

  // The overlaps that are to be reported (Overlaps::Counts), by kind, then name; at most
  // kOverlapsMax (overlaps.h).
  std::vector<Overlap> overlaps{};

  // For Recreate only: live (non-terminal) Pods owned by the ReplicaSets above. If `pods_known` is
  // false, the Pod informer is not running or has not synced yet, and no decision may use `pods`.
  // If `pods_given_up` is true, the informer will not sync soon, because there is no room for all
  // Pods.
  std::vector<const PodMetadata*> pods{};
  bool pods_known = false;
  bool pods_given_up = false;

  // For a workload that asks for in-place updates, or with a ReplicaSet whose annotations show an
  // in-place rollout (P-076):
  // - whole_pods: all live Pods owned by the ReplicaSets above, oldest first, then by name
  // - nodes: the nodes of these Pods, by name
  // - budgets: every PodDisruptionBudget of the namespace
  //
  // If `in_place_known` is false, no decision may use whole_pods, nodes and budgets. If the cause
  // does not go away by itself, `in_place_missing` names it: a missing right to watch, a list that
  // fails, no room in the caches, an object that cannot be read. Example: "pods (no right to watch
  // them)".
  // `in_place_missing` is empty while the informers load their first complete state, soon after a
  // start or after the first workload asked for in-place updates: there is nothing to report.
  //
  // `extension_reads_template` says that the text of the workload's template is needed.
  bool extension_reads_template = false;
  std::vector<const Pod*> whole_pods{};
  std::map<std::string_view, const Node*> nodes{};
  std::vector<const PodDisruptionBudget*> budgets{};
  bool in_place_known = false;
  std::string in_place_missing{};

  // Names what could not be read, so that objects above may be missing or out of date. Empty if all
  // could be read. One of
  // - the workload or a ReplicaSet that it may own, with the cause if known. Example:
  //   "replicasets default/web-1 (spec.replicas: must be a 32-bit integer)"
  // - workloads or ReplicaSets as a whole. Example: "replicasets (no right to watch them)"
  std::string unreadable{};

  // Names the workload, or the first of `replica_sets`, that is cut down above, because the caches
  // have no room for the whole object (R-065). Example: "replicasets default/web-1, which needs 300
  // KiB". Empty if all are whole.
  std::string left_out{};
};

}  // namespace windlass
