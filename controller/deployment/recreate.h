// Recreate: no new Pod before every old one is gone. Source: D-300…D-330, S-010.
#pragma once

#include <optional>

#include "controller/deployment/situation.h"

namespace windlass::deployment {

// What stands between a Recreate Deployment and its new Pods.
enum class OldPods : uint8_t {
  kGone,
  kPresent,  // shown by the cache, or still to be expected: their disappearance wakes the key
  kUnknown,  // no Pods in the cache yet
};

// Counters of the old ReplicaSets first: one whose controller has not seen yet that it shall have
// no Pods may still make some (upstream does not look at that). Then the Pods in the cache.
// Terminating Pods count; Pods of the new ReplicaSet and of nobody we own do not (D-302, D-303).
// The cache holds no terminal Pods.
OldPods LookForOldPods(const Situation& situation);

struct RecreateStep {
  // The next request for the ReplicaSets; nullopt when there is none for now.
  std::optional<Step> step{};
  // What to do once the status is written: done, wait for old Pods, or fail.
  Step then = Wait{};
};

// Annotations of the new ReplicaSet, then old ReplicaSets to 0, then nothing until their Pods are
// gone, then the new ReplicaSet to its full size (D-300…D-308). At the switch, when it has no Pods
// yet, one uncached LIST has to confirm what the cache says (S-010): that order is the promise of
// the strategy.
RecreateStep NextRecreate(const Situation& situation);

}  // namespace windlass::deployment
