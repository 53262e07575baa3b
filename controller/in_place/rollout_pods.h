// The Pods of a Deployment, sorted out once for a decision: which template each is of, and where it
// stands. Source: P-027, P-050, P-031.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/in_place/budget.h"
#include "controller/in_place/nodes.h"
#include "controller/in_place/pod_state.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

// What the Pods are judged by. Borrowed.
struct RolloutTemplates {
  Uid deployment;
  const ReplicaSet& host;                  // owns the Pods that are updated in place
  std::span<const ReplicaSet* const> all;  // of the Deployment, the host among them
  Fingerprint target;                      // of the template the Pods are to have
  const std::string& target_json;
  int32_t min_ready_seconds = 0;
  // The host got the target a moment ago: its controller may still make Pods of the template before
  // (P-057), told by its images or, where admission rewrote them, by those that Pods of it had. At
  // any other time a Pod of another image is somebody's wish, and left alone.
  bool late_births = false;
};

// Parallel lists: one entry per Pod that counts, in the order given.
struct RolloutPods {
  std::vector<const Pod*> pods;
  // Of our last patch; nullopt: none, or not ours, or the spec asks for something else by now. Of a
  // foreign Pod that is drained only that is left.
  std::vector<std::optional<PodState>> states;
  std::vector<Fingerprint> of;  // the template its spec is of
  std::vector<PodStanding> standings;

  size_t size() const { return pods.size(); }
  const PodState* state(size_t i) const { return states[i] ? &*states[i] : nullptr; }
};

// Pods that are being deleted do not count. A Pod of another ReplicaSet than the host is a
// stand-in. Error kMalformed when a template cannot be read.
Result<RolloutPods> LookAtPods(std::span<const Pod* const> pods, const RolloutTemplates& templates,
                               const Nodes& nodes, WallTime now);

// Sums over RolloutPods, as a Deployment's status wants them (P-084). Stand-ins are counted.
struct PodCounts {
  int32_t pods = 0;
  int32_t updated = 0;    // their spec is of the target
  int32_t in_flight = 0;  // patched and not restarted yet, of those that are waited for
  int32_t ready = 0;      // and not in flight
  int32_t available = 0;
  int32_t stand_ins = 0;
  int32_t to_update = 0;  // Pods of the host that are not of the target
  int32_t settled = 0;    // Pods of the host that are, and are available or not waited for
  bool operator==(const PodCounts&) const = default;
};
PodCounts CountPods(const RolloutPods& pods);

}  // namespace windlass::in_place
