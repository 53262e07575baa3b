// The condition ServicesSynced about the Services that a Rollout names, and its Events (RO-184).
//
//   ServicesSynced   when
//   True Synced      each named Service selects by a key that Windlass wrote
//   Unknown …        NoPodAvailable: a Service gets its key with the first available Pod
//                    ServicesNotRead: Services cannot be read, but not for want of a right
//                    ServiceNotWritten: the write is about to be made, failed because the API
//                    server was in trouble, or met a change by another client
//   False …          ServiceMissing, ServiceShared, ServiceChanged, ServiceWithoutSelector,
//                    ServiceSelectsOtherPods, PodsWithoutHash: what a user has to change
//                    ServiceTakenAway: another client takes the key away again and again
//                    ServiceNotKept: the API server accepts a write of Windlass and drops it
//                    ServiceUpdateRefused, ServicesForbidden: what Windlass is not allowed to do
//                    WindlassOutOfMemory: no room in the caches for a Service
//   absent           no Service is named, and none is left with a key of this Rollout
//
// The message names every Service with a trouble; the reason is that of the first such Service. The
// API server's words may differ from refusal to refusal. So the message keeps the words of the
// first refusal until the API server accepts a write, or refuses one with another kind of error.
#pragma once

#include <vector>

#include "controller/rollout/service_facts.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Sets or removes the condition in `status`, a draft.
void ShowServices(const workload::Situation& situation, const ServiceFacts& facts,
                  WorkloadStatus& status);

// Returns the Warning Events for `status`, the next status: one Event for each reason among the
// troubles, and each reason at most once in ten minutes. Returns no Event if the condition in
// `status` says the same as the stored condition.
std::vector<Event> TellServices(const workload::Situation& situation, const ServiceFacts& facts,
                                const WorkloadStatus& status);

}  // namespace windlass::rollout
