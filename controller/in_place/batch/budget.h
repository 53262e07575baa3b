// How many Pods may be patched now, and which. Pure arithmetic on PodStanding and BatchLimits.
//
//   budget       available Pods may be taken down as long as replicas - maxUnavailable Pods stay
//                available; a Pod that is not available costs nothing
//   partition    at least this many Pods keep the old revision
//   node         at most one Pod of the workload is in flight on each node, because a kubelet pulls
//                images one by one
//   cap          at most maxUnavailable Pods of the new revision may be unavailable at once: a bad
//                image must not spread over Pods that were down already, which cost no budget. The
//                cap is at least 1, and each available stand-in adds 1.
//   canary       only one Pod, the canary, is patched until a Pod of the new revision is available.
//                Exception: before the canary, one Pod that no node has room for may be patched. It
//                cannot be the canary, because it may never get a node.
//                A Pod that is in flight already is exempt from node, cap and canary (NextBatch).
//   stand-ins    if no Pod may be missing, a Pod of the new revision is added before an old Pod is
//                taken down
//
// Decided elsewhere: PodDisruptionBudgets (disruption.h), which Pods are candidates and in what
// order (candidates.h). Source: P-024, P-033, P-034, P-039, P-064.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace windlass::in_place {

// Numbers are Pods; percentages are resolved already.
struct BatchLimits {
  int32_t desired = 0;  // spec.replicas of the workload
  int32_t max_unavailable = 0;
  int32_t partition = 0;
  bool canary_first = true;
  // True while the limits of the rollout keep Pods on the old revision, for example in a step of a
  // Rollout. Such a step is over only when the Pods that it updates are available. So Pods that can
  // become available are patched first: a Pod that the rollout does not wait for is patched only if
  // too few other Pods are left (RO-052).
  bool waited_for_first = false;
  // True: Pods go back to the template of the host (the ReplicaSet that owns them), for example
  // because a user reverts. If true, partition, cap and canary do not apply (P-064).
  bool returning = false;
  // Number of Pods that their ReplicaSets are about to remove. Any of these Pods may be available,
  // so the number is subtracted from the number of available Pods.
  int64_t surplus = 0;
};

// What the functions below must know about one active Pod of the workload.
struct PodStanding {
  std::string_view node{};  // name; empty: not scheduled
  std::string_view zone{};  // of the node; empty: it has none
  // The Pod counts as having the target template. If admission undid the patch, this stays true
  // until the patch is to be sent again (TryAgainAt), although the Pod has the old images.
  bool updated = false;
  bool of_host = true;     // it counts as having the host's template
  bool in_flight = false;  // drained, or its last patch, to any target, is not complete
  bool available = false;
  bool ready = false;          // the Pod's condition; a Pod in flight may be Ready and not serve
  bool stand_in = false;       // belongs to the pending or another ReplicaSet, not to the host
  bool exempt = false;         // on a lost node: costs no budget, nothing waits for it (P-039)
  bool unschedulable = false;  // no node soon (UnschedulableFrom): nothing waits for it (P-039)

  // Returns true if the rollout waits until this Pod is available. If not, the Pod uses up neither
  // the node, the cap nor the canary, and the exchange of templates does not wait for it.
  bool waited_for() const { return !exempt && !unschedulable; }
};

// Returns how many available Pods may be taken down now, at least 0. Example: desired 10,
// maxUnavailable 2, 9 Pods available, surplus 0: 9 - 0 - (10 - 2) = 1 Pod.
int64_t Budget(std::span<const PodStanding> pods, const BatchLimits& limits);

// Returns how many Pods of the host lack the target template, less those that the partition keeps
// old. Example: 8 old Pods, partition 3: 8 - 3 = 5 Pods.
int64_t ToUpdate(std::span<const PodStanding> pods, const BatchLimits& limits);

// Returns those of `candidates` that are to be patched now, in the same order. `candidates` are
// indexes into `pods`, best first.
//   - A Pod that is not available costs no budget.
//   - A Pod that is in flight to an older target, and not Ready, is patched at once, unless the
//     partition keeps the Pod old.
//   - A Pod that is in flight and Ready may be serving: it is patched only while enough Pods are
//     available without it.
std::vector<size_t> NextBatch(std::span<const PodStanding> pods, std::span<const size_t> candidates,
                              const BatchLimits& limits);

// Stand-in Pods are made if max_unavailable is 0 or `always` is true, at most `max_surge` of them.
struct StandInLimits {
  int32_t max_surge = 0;
  bool always = false;
};

// Returns how many stand-ins there should be: one for each Pod still to be updated, and one for
// each updated Pod that is not available yet and that the rollout waits for; at most `max_surge`.
// Returns 0 if `returning` is true (P-024, P-025). Example: max_unavailable 0, max_surge 2, 5 old
// Pods: min(5, 2) = 2. With 1 old Pod left and no updated Pod unavailable: 1.
int32_t StandIns(std::span<const PodStanding> pods, const BatchLimits& limits,
                 const StandInLimits& stand_ins);

}  // namespace windlass::in_place
