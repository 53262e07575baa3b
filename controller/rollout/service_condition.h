// The condition ServicesSynced about the Services that a Rollout names, and its Events (RO-184).
//
//   ServicesSynced   when
//   True Synced      each named Service has the selector key pod-template-hash from Windlass
//   Unknown …        NoPodAvailable: a Service gets its key once a Pod is available
//                    ServicesNotRead: Windlass has the right to read Services, but cannot read them
//                    ServiceNotWritten: the write is about to be made, or it failed: the API server
//                    was in trouble, or another client had changed the Service
//   False …          ServiceMissing, ServiceShared, ServiceChanged, ServiceWithoutSelector,
//                    ServiceSelectsOtherPods, PodsWithoutHash: what a user has to change
//                    ServiceTakenAway: another client removed the key, or the annotation, twice
//                    within an hour
//                    ServiceNotKept: the API server accepts a write of Windlass and drops it
//                    ServiceUpdateRefused: the API server refuses to change a Service
//                    ServicesForbidden: Windlass has no right to read Services
//                    ServiceUnreadable: Windlass cannot read the latest version of a Service
//
//                    WindlassOutOfMemory: no room in the caches for a Service
//   absent           no Service is named, and no Service has a key of this Rollout
//   as stored        in these cases:
//                    - the first list of Services has not arrived yet
//                    - spec.strategy has an error about Services
//                    - the ReplicaSet of the template is not known (Extended::new_one_unknown)
//                    - no Service is named any more, and Windlass is about to remove its key from a
//                      former one
//
// The message names every Service with a trouble; the reason is that of the first such Service. The
// API server may word each refusal differently. So the message keeps the words of the first
// refusal. It gets new words once the API server has accepted a write, or has refused a write with
// another kind of error.
#pragma once

#include <vector>

#include "controller/rollout/service_facts.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Sets or removes the condition ServicesSynced in `status`, the draft of the next status.
void ShowServices(const workload::Situation& situation, const ServiceFacts& facts,
                  WorkloadStatus& status);

// Returns the Warning Events for `status`, the next status. Each reason gets one Event, even if
// several troubles have this reason, and no further Event within ten minutes. Returns Events only
// if the condition ServicesSynced in `status` is False, and differs from the stored condition.
std::vector<Event> TellServices(const workload::Situation& situation, const ServiceFacts& facts,
                                const WorkloadStatus& status);

}  // namespace windlass::rollout
