// The Pods of a workload, examined once for each decision: which template each Pod has, and its
// PodStanding. Source: P-027, P-050, P-031.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/in_place/batch/budget.h"
#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/pod/pod_state.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

// What ClassifyPods must know of the workload, besides its Pods. The objects referred to must
// outlive this value.
struct RolloutTemplates {
  Uid deployment;
  const ReplicaSet& host;                  // owns the Pods that are updated in place
  std::span<const ReplicaSet* const> all;  // of the workload, the host among them
  Fingerprint target;                      // of the template that the Pods are to have
  const std::string& target_json;
  int32_t min_ready_seconds = 0;
  // True while a rollout is under way. If a Pod has no readable state annotation, its images then
  // decide which template it has, because the Pod may have lost the annotation after a patch
  // (P-027). False if there is no rollout. A Pod whose images differ from its template was then
  // edited by another client, and Windlass leaves the Pod alone.
  bool by_image = false;
  // The revisions to which this rollout patches Pods. A Pod counts as in flight if it was patched
  // to one of these revisions and its state annotation is missing, unreadable (LostState) or of an
  // earlier patch (IsOutdated).
  std::vector<int64_t> revisions{};
  // True during the exchange of templates, in which the host ReplicaSet gets the target template.
  // For a moment after that write, the ReplicaSet controller may still create Pods of the old
  // template (P-057). Windlass recognises such Pods by their images. If admission rewrote these
  // images, Windlass compares them with the images that other Pods had before their patch.
  bool late_births = false;
};

// Parallel lists with one entry for each examined Pod, in the order given. Exception: `lost` lists
// indexes of Pods.
struct RolloutPods {
  std::vector<const Pod*> pods;
  // The state of our last patch. nullopt if the Pod's state annotation is missing, is unreadable or
  // names another workload, or if another client gave the Pod other images since. Exceptions:
  //   - a Pod in `lost`: the new state to write
  //   - a foreign Pod (OfForeign in rollout_pods.cc) that is drained: only `drain` is kept
  //   - a Pod that another workload patched, such as a deleted workload of the same name: the state
  //     is kept while that patch is under way
  std::vector<std::optional<PodState>> states;
  std::vector<Fingerprint> of;  // the template that the Pod counts as having
  // Indexes of the patched Pods whose state annotation is missing, unreadable or of an earlier
  // patch. `states` has the new state to write to each of these Pods (LostState).
  std::vector<size_t> lost;
  std::vector<PodStanding> standings;

  size_t size() const { return pods.size(); }
  bool is_lost(size_t i) const { return std::ranges::find(lost, i) != lost.end(); }
  const PodState* state(size_t i) const { return states[i] ? &*states[i] : nullptr; }
};

// Returns the ReplicaSet among `all` that owns the Pod; null if none of them does.
const ReplicaSet* OwnerOf(const Pod& pod, std::span<const ReplicaSet* const> all);

// Examines the Pods that are not being deleted and belong to a ReplicaSet in `templates.all`. A Pod
// of a ReplicaSet other than the host counts as a stand-in. Error kMalformed if a template cannot
// be read.
Result<RolloutPods> ClassifyPods(std::span<const Pod* const> pods,
                                 const RolloutTemplates& templates, const Nodes& nodes,
                                 WallTime now);

// Sums over RolloutPods for a workload's status (P-084). Stand-ins are included, except where a
// comment says "of the host".
struct PodCounts {
  int32_t pods = 0;
  int32_t updated = 0;    // as PodStanding::updated
  int32_t in_flight = 0;  // Pods in flight that the rollout waits for
  int32_t ready = 0;      // Ready and not in flight
  int32_t available = 0;
  int32_t stand_ins = 0;
  int32_t patched = 0;    // updated Pods of the host
  int32_t to_update = 0;  // Pods of the host that are not updated
  int32_t settled = 0;    // updated Pods of the host that are available or not waited for
  int32_t proven = 0;     // updated Pods of the host that are available
  bool operator==(const PodCounts&) const = default;
};
PodCounts CountPods(const RolloutPods& pods);

}  // namespace windlass::in_place
