// The Pods of a workload, examined once for each decision: which template each has, and where it
// stands. Source: P-027, P-050, P-031.
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

// What the Pods are compared with. The references must outlive this value.
struct RolloutTemplates {
  Uid deployment;
  const ReplicaSet& host;                  // owns the Pods that are updated in place
  std::span<const ReplicaSet* const> all;  // of the workload, the host among them
  Fingerprint target;                      // of the template that the Pods are to have
  const std::string& target_json;
  int32_t min_ready_seconds = 0;
  // True while a rollout is under way. A Pod without a readable annotation may then have been
  // patched: somebody took the annotation away. Its images tell which template it has (P-027). At
  // any other time somebody edited a Pod with another image, and it is left alone.
  bool by_image = false;
  // The revisions to which this rollout patches Pods. One of these Pods whose state is missing or
  // unreadable counts as in flight (LostState).
  std::vector<int64_t> revisions{};
  // The host got the target template a moment ago, so the ReplicaSet controller may still create
  // Pods of the old template (P-057). They are recognised by their images, too; if admission
  // rewrote these, by the images that Pods of the old template had.
  bool late_births = false;
};

// Parallel lists with one entry per Pod that counts, in the order given.
struct RolloutPods {
  std::vector<const Pod*> pods;
  // The state of our last patch. nullopt if there is none, it is not ours, or the spec has other
  // images by now. Of a foreign Pod that is drained only `drain` is kept. That of a former workload
  // is kept while its patch is under way.
  std::vector<std::optional<PodState>> states;
  std::vector<Fingerprint> of;  // the template that its spec has
  // Indexes of the Pods whose state somebody took: it is in `states`, and is to be written
  // (LostState).
  std::vector<size_t> lost;
  std::vector<PodStanding> standings;

  size_t size() const { return pods.size(); }
  bool is_lost(size_t i) const { return std::ranges::find(lost, i) != lost.end(); }
  const PodState* state(size_t i) const { return states[i] ? &*states[i] : nullptr; }
};

// Examines the Pods that are not being deleted and belong to one of `templates.all`. A Pod of
// another ReplicaSet than the host is a stand-in. Error kMalformed if a template cannot be read.
Result<RolloutPods> ClassifyPods(std::span<const Pod* const> pods,
                                 const RolloutTemplates& templates, const Nodes& nodes,
                                 WallTime now);

// Sums over RolloutPods for a workload's status (P-084). Stand-ins are counted.
struct PodCounts {
  int32_t pods = 0;
  int32_t updated = 0;    // their spec has the target template
  int32_t in_flight = 0;  // patched and not restarted yet; without Pods not waited for
  int32_t ready = 0;      // and not in flight
  int32_t available = 0;
  int32_t stand_ins = 0;
  int32_t to_update = 0;  // Pods of the host that do not have the target template
  int32_t settled = 0;    // Pods of the host that do, and are available or not waited for
  int32_t proven = 0;     // those of them that are available
  bool operator==(const PodCounts&) const = default;
};
PodCounts CountPods(const RolloutPods& pods);

}  // namespace windlass::in_place
