// How many Pods may be patched now, and which. Pure arithmetic on PodStanding and BatchLimits.
//
//   budget       available Pods may be taken down as long as replicas - maxUnavailable Pods stay
//                available; a Pod that is not available costs nothing
//   partition    at least this many Pods keep the old revision
//   node         at most one Pod of the workload is in flight (drained, or its patch is not
//                complete) on each node, because a kubelet pulls images one by one
//   cap          at most maxUnavailable Pods of the new revision may be unavailable at once. This
//                is needed because Pods that were down already cost no budget, and a bad image
//                could spread over all of them. The cap is at least 1, and each available stand-in
//                (below) adds 1.
//   canary       if canary_first is true, only one Pod, the canary, is patched until a Pod of the
//                new revision is available. One unschedulable Pod may be patched before the
//                canary. Such a Pod cannot be the canary, because it may never get a node.
//   stand-ins    if no Pod may be unavailable, or StandInLimits::always is true, a Pod of the new
//                revision, a stand-in, is added before an old Pod is taken down
//
// Exceptions:
//   - A Pod whose patch changes CPU or memory and restarts no container (PodStanding::gentle) takes
//     nothing down. It is exempt from budget, node and stand-ins, and its cap is a quarter of the
//     Pods, rounded up, if that is more: with 10 Pods and maxUnavailable 1, 3 at once. It counts as
//     unproven until its kubelet has carried the resize out (P-103).
//   - A Pod that is in flight already is exempt from node and cap (NextBatch).
//   - A Pod on a lost node is exempt from budget, node and cap. While canary applies, the Pod is
//     not patched.
//   - Pods on lost nodes and unschedulable Pods use up neither node nor cap.
//
// Decided elsewhere: PodDisruptionBudgets (disruption.h), which Pods are candidates and in what
// order (candidates.h). Source: P-024, P-033, P-034, P-039, P-064, P-103.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "controller/in_place/batch/rollout_pods.h"

namespace windlass::in_place {

// Numbers are Pods; percentages are resolved already.
struct BatchLimits {
  int32_t desired = 0;  // spec.replicas of the workload
  int32_t max_unavailable = 0;
  int32_t partition = 0;
  bool canary_first = true;
  // True if Pods that may not become available soon (waited_for() is false) are patched only if
  // there are too few other Pods to update (RO-052). Set while some Pods stay old, for example in a
  // step of a Rollout: the step ends when the Pods that it updated are available.
  bool waited_for_first = false;
  // True while Pods go back to the template of the host (the ReplicaSet that owns them), for
  // example because a user undid the rollout. Partition, cap and canary do not apply then (P-064).
  bool returning = false;
  // Number of Pods that their ReplicaSets are about to remove. Any of these Pods may be available,
  // so the number is subtracted from the number of available Pods.
  int64_t surplus = 0;
};

// Returns how many available Pods may be taken down now, at least 0. Example: desired 10,
// maxUnavailable 2, 9 Pods available, surplus 0: 9 - 0 - (10 - 2) = 1 Pod.
int64_t Budget(std::span<const RolloutPod> pods, const BatchLimits& limits);

// Returns how many Pods of the host ReplicaSet are still to be updated: the Pods without the target
// template, minus those that the partition keeps old. Example: 8 old Pods, partition 3: 8 - 3 = 5.
int64_t ToUpdate(std::span<const RolloutPod> pods, const BatchLimits& limits);

// Returns the candidates that are to be patched now, in the given order. `candidates` are Pods of
// `pods`; the Pod to patch first comes first. The partition holds for all of them. Other limits:
//   - Pod not in flight: budget, node, cap and canary, with the exceptions that the head of this
//     file lists
//   - Pod in flight and not Ready: canary alone, because the Pod is down already
//   - Pod in flight and Ready: canary, and enough other Pods must be available, because the Pod may
//     be serving
std::vector<const RolloutPod*> NextBatch(std::span<const RolloutPod> pods,
                                         std::span<const RolloutPod* const> candidates,
                                         const BatchLimits& limits);

// When stand-ins are made. A stand-in is a Pod of the new revision that is added before an old Pod
// is taken down. Stand-ins are made if max_unavailable is 0 or `always` is true; at most
// `max_surge`.
struct StandInLimits {
  int32_t max_surge = 0;
  bool always = false;
};

// Returns how many stand-ins there should be (P-024, P-025):
//   - 0 if `returning` is true, or if max_unavailable is above 0 and `always` is false
//   - otherwise one for each Pod still to be updated, and one for each updated Pod that is not
//     available yet and that the rollout waits for; at most `max_surge`
// Examples with max_unavailable 0, max_surge 2, and all updated Pods available: 5 old Pods:
// min(5, 2) = 2; 1 old Pod: min(1, 2) = 1.
int32_t StandIns(std::span<const RolloutPod> pods, const BatchLimits& limits,
                 const StandInLimits& stand_ins);

}  // namespace windlass::in_place
