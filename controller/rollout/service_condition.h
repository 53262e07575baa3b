// The condition ServicesSynced about the Services that a Rollout names, and its Events (RO-184).
//
//   ServicesSynced   when
//   True Synced      each named Service selects by a key that Windlass wrote
//   Unknown …        NoPodAvailable   a Service gets its key with the first available Pod
//                    ServicesNotRead: the API server is in trouble
//                    ServiceNotWritten: the write is about to be made, the API server was in
//                    trouble over it, or another client changed the Service at that moment
//   False …          ServiceMissing, ServiceShared, ServiceChanged, ServiceWithoutSelector,
//                    ServiceSelectsOtherPods, PodsWithoutHash: what a user has to change
//                    ServiceTakenAway: another client takes the key away again and again
//                    ServiceNotKept: the API server accepts what Windlass writes and drops it
//                    ServiceUpdateRefused, ServicesForbidden: what Windlass is not allowed to do
//                    WindlassOutOfMemory: no room in the caches for a Service
//   absent           no Service is named, and none is left with a key of this Rollout
//
// The message names every Service with a trouble; the reason is that of the first. The API server's
// words may differ each time, so its first ones stay until it accepts a write, or refuses one with
// another kind of error.
#pragma once

#include <vector>

#include "controller/rollout/service_facts.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Sets or removes the condition in `status`, a draft.
void ShowServices(const workload::Situation& situation, const ServiceFacts& facts,
                  WorkloadStatus& status);

// Returns the Warning Events that go with `status`, the next one: one for each reason of a trouble,
// each at most every ten minutes. None if the condition says what the stored one says.
std::vector<Event> TellServices(const workload::Situation& situation, const ServiceFacts& facts,
                                const WorkloadStatus& status);

}  // namespace windlass::rollout
