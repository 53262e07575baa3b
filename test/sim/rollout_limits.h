// maxSurge, maxUnavailable, partition and steps in Pods, resolved by the simulator's own arithmetic
// (D-250…D-254, RO-051, RO-072).
#pragma once

#include <cstdint>

#include "test/sim/object.h"

namespace windlass::sim {

struct RolloutLimits {
  int64_t desired = 0;
  int64_t surge = 0;
  int64_t unavailable = 0;

  int64_t max_total() const { return desired + surge; }
  int64_t min_available() const { return desired - unavailable; }
};

// Returns the limits of a Deployment or Rollout as the server stores it. Recreate may make
// everything unavailable. An absent limit of a Rollout is 25 %: its schema sets one only where
// rollingUpdate is written.
RolloutLimits LimitsOf(const Json& owner);

// Returns the limits of a ReplicationControllerUpdate, of the number that its status wants:
// maxSurge is 1 and maxUnavailable 0 if absent.
RolloutLimits LimitsOfUpdate(const Json& update);

bool IsRecreate(const Json& owner);

// Returns a number, or a percentage of `total`. Examples: 25% of 10 is 2, rounded up 3.
int64_t ResolveInPods(const Json& value, int64_t total, bool round_up);

// Returns how many of `desired` Pods a step updates; 0 for a pause. A percentage updates at least
// one Pod, and below 100 % never all of them. Examples: 25 % of 10: 3; 1 % of 10: 1; 99 % of 1: 0.
int64_t UpdatedByStep(const Json& step, int64_t desired);

// Returns how many Pods the Rollout keeps on the old revision, as the server stores it: as many as
// its partition or its steps ask for, whichever is more.
//   - Steps allow the largest setUpdated up to the step of status.step, of which setUpdated rounds
//     up. A template that status.step is not about is at step 1.
//   - 0 while spec.abort is true, and if the template is the stable one. Steps keep none after the
//     last one.
// Examples with 10 replicas: partition 25 %: 3. Steps 10 %, pause, 50 %, and step 2 reached: 9.
int64_t KeptOld(const Json& rollout);

}  // namespace windlass::sim
