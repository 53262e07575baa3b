// What a planner sees of the cluster, as the caches show it at one moment: one workload, its
// ReplicaSets, other owners of ReplicaSets that its selector matches and, if needed, Pods, nodes
// and PodDisruptionBudgets. Pointers are borrowed from the stores and valid during one call of
// Next.
//
// The workload is a value of the type Workload, whatever the kind of the stored object. So one
// planner serves every kind that owns ReplicaSets.
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

// Another owner of ReplicaSets in the workload's namespace, for example a Deployment. The
// workload's selector matches some of these ReplicaSets, too.
struct Overlap {
  OwnerReference other{};
  WallTime since{};  // when this process first saw the overlap
  // True if the overlap existed when this process loaded its caches. An earlier process may have
  // reported it.
  bool at_start = false;
  // True if `other` is of the workload's kind, and its selector also matches ReplicaSets of this
  // workload. Then the sync of each of the two sends the Event about its own workload. If false,
  // the sync of this workload also sends the Event about `other`.
  bool is_mutual = false;
};

struct View {
  // A workload that is gone has no View, because nothing is left to do for its key (D-051). A
  // workload with a deletionTimestamp still has a View.
  Workload workload;

  // The ReplicaSets that the workload owns by uid (D-101), and every orphan of the namespace whose
  // labels match the selector. Ordered by creationTimestamp, then name (D-150). ClaimReplicaSets
  // decides which of them are the workload's, and which have to be adopted or released.
  std::vector<const ReplicaSet*> replica_sets{};

  // The specs of the workload and of its ReplicaSets have not changed since this time. After a
  // start of the process it is the time at which the caches were complete, although the last change
  // may be older. TellWaiting (sizes/waiting_event.h) counts no wait for Pods from an earlier time.
  WallTime specs_since{};

  // The overlaps that are to be reported (Overlaps::Counts), sorted by kind, then name of the other
  // workload; at most kOverlapsMax (overlaps.h).
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
  // - others_in_flight: Pods of other workloads of the namespace, because a budget may select them,
  //   too. Empty if there are no budgets. Holds only Pods
  //     - that are being updated in place
  //     - that are not Ready after an update in place
  //     - to which a write is under way
  // - extension_reads_template: true if the extension needs the text of the workload's template
  //
  // If `in_place_known` is false, no decision may use the Pods, nodes and budgets of this list. In
  // that case, `in_place_missing` is
  // - the cause, if it does not go away by itself: a missing right to watch, a list that fails, no
  //   room in the caches, an object that cannot be read. Example: "pods (no right to watch them)"
  // - empty while the informers load their first complete state. They do so after a start, and when
  //   the first workload asks for in-place updates
  bool extension_reads_template = false;
  std::vector<const Pod*> whole_pods{};
  std::map<std::string_view, const Node*> nodes{};
  std::vector<const PodDisruptionBudget*> budgets{};
  std::vector<const Pod*> others_in_flight{};
  bool in_place_known = false;
  std::string in_place_missing{};

  // The ReplicaSets on which the API server did not keep the settings of in-place updates, by uid,
  // and when it dropped them. An entry ends when the workload's spec or settings change
  // (controller/in_place/watch/lost_settings.h).
  std::map<Uid, WallTime> settings_lost{};

  // Names what Windlass cannot read; empty if Windlass can read all. If it is not empty, objects
  // above may be missing or out of date. It names one of
  // - the workload or a ReplicaSet that it may own, with the cause if known. Example:
  //   "replicasets default/web-1 (spec.replicas: must be a 32-bit integer)"
  // - all workloads of the kind, or all ReplicaSets (R-024). Example: "replicasets (no right to
  //   watch them)"
  std::string unreadable{};

  // Names an object of which the caches keep only a part, because they have no room for the whole
  // object: the workload, or else the first such ReplicaSet of `replica_sets`. Example:
  // "replicasets default/web-1, which needs 300 KiB". Empty if the caches keep all of them whole.
  std::string left_out{};
};

}  // namespace windlass
