// How many Pods, and which, may be patched now. Pure arithmetic over what is known of each Pod.
//
//   budget       as many available Pods may be taken down as there are above
//                replicas - maxUnavailable; one that is not available costs nothing
//   partition    so many Pods keep the old revision
//   node         one Pod of the Deployment in flight on each: a kubelet pulls images one by one
//   cap          so many Pods of the new revision may be without being available, whatever they
//                cost: a bad one does not spread over Pods that were down already
//   canary       one Pod, until a Pod of the new revision has become available, and beside it one
//                that no node has room for: it may get a node at any time, or never
//   stand-ins    where no Pod may be missing, one of the new revision comes before one goes
//
// PodDisruptionBudgets, the order of candidates and who is a candidate at all are decided
// elsewhere. Source: P-024, P-033, P-034, P-039, P-064.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace windlass::in_place {

// In Pods, after percentages are resolved.
struct BatchLimits {
  int32_t desired = 0;  // spec.replicas of the Deployment
  int32_t max_unavailable = 0;
  int32_t partition = 0;
  bool canary_first = true;
  // Back to the template the host ReplicaSet has: neither partition, cap nor canary (P-064).
  bool returning = false;
  // Pods that are there and about to be removed: nobody can count on them.
  int64_t surplus = 0;
};

// What is to be known of an active Pod of the Deployment.
struct PodStanding {
  std::string_view node{};  // empty: not scheduled
  std::string_view zone{};  // of the node; empty: it is in none
  bool updated = false;     // its spec is of the target
  bool in_flight = false;   // has a patch of ours, to whatever target, that is not carried out
  bool available = false;
  bool ready = false;     // as the API has it: in flight, it may serve or not
  bool stand_in = false;  // belongs to the pending ReplicaSet, not to the host
  bool exempt = false;    // on a node that is not ready: patched freely, and not waited for (P-039)
  bool unschedulable = false;  // no node has room for it: likewise (P-039)

  // Whether it is ours to bring it up: otherwise neither cap nor canary nor commit waits for it.
  bool waited_for() const { return !exempt && !unschedulable; }
};

// How many available Pods may be taken down now; never negative.
int64_t Budget(std::span<const PodStanding> pods, const BatchLimits& limits);

// Which of `candidates`, given in order of preference as indexes into `pods`, are to be patched
// now; in the same order. A Pod that is not available costs no budget. One that is in flight to
// another target already is re-targeted at once, within the partition; one that may serve all the
// same only while enough others are available.
std::vector<size_t> NextBatch(std::span<const PodStanding> pods, std::span<const size_t> candidates,
                              const BatchLimits& limits);

// When stand-in Pods are made: only if max_unavailable is 0, or always, at most max_surge of them.
struct StandInLimits {
  int32_t max_surge = 0;
  bool always = false;
};

// How many stand-ins there should be: one for each Pod that is to be updated, or is and is not
// available yet, within the limits; none when returning (P-024, P-025).
int32_t StandIns(std::span<const PodStanding> pods, const BatchLimits& limits,
                 const StandInLimits& stand_ins);

}  // namespace windlass::in_place
