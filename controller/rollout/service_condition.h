// The condition ServicesSynced, which tells how it goes with the Services that a Rollout names, and
// the Event that goes with it (RO-184).
//
//   ServicesSynced   when
//   True Synced      each named Service selects by a key that Windlass wrote
//   Unknown …        NoPodAvailable   a Service gets its key with the first available Pod
//                    ServicesNotRead: the API server is in trouble
//                    ServiceNotWritten: it was in trouble over a write, or somebody else changed
//                    the Service just then
//   False …          ServiceMissing, ServiceShared, ServiceChanged, ServiceWithoutSelector,
//                    ServiceSelectsOtherPods, PodsWithoutHash: what a user has to change
//                    ServiceTakenAway: somebody takes the key away again and again
//                    ServiceNotKept: the API server accepts what Windlass writes and drops it
//                    ServiceUpdateRefused, ServicesForbidden: what Windlass is not allowed to do
//   absent           no Service is named, and none is left with a key of this Rollout
//
// The message names every Service with a trouble; the reason is that of the first. The API server's
// words, which may differ each time, are told once for each Service and trouble.
#pragma once

#include <optional>

#include "controller/rollout/service_facts.h"
#include "controller/workload/situation.h"

namespace windlass::rollout {

// Sets or removes the condition in `status`, a draft.
void ShowServices(const workload::Situation& situation, const ServiceFacts& facts,
                  WorkloadStatus& status);

// Returns the Warning Event that goes with such a status: what the stored condition does not tell
// yet, with the reason of the first. nullopt if nothing is new.
std::optional<Event> TellServices(const workload::Situation& situation, const ServiceFacts& facts);

}  // namespace windlass::rollout
