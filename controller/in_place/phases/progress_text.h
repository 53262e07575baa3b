// Texts for the condition windlass.dev/InPlace: how far an update in place is, and what it waits
// for. Source: P-084.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/in_place/phases/rollout_in_place.h"
#include "controller/workload/situation.h"
#include "kubeclient/api/replica_set.h"

namespace windlass::in_place {

// Returns "7 of 10 Pods are patched, 6 of them are done, 1 is being updated". While Pods go back to
// the template of their ReplicaSet: "7 of 10 Pods are back, ...".
std::string Numbers(const workload::Situation& situation);

// Returns a text that names an updated Pod for which the rollout waits; empty if there is no such
// Pod.
std::string WaitsForPod(const InPlace& in_place);

// Returns a text that names a Pod whose resize is not carried out, and what its kubelet says; empty
// if there is no such Pod, or the kubelet says nothing.
std::string WaitsForResize(const InPlace& in_place);

// Returns a text that names a Pod that an admission policy keeps out of traffic (kept_out of
// PodVerdict and of LeftDrained), and what to do; empty if there is no such Pod.
std::string KeptOutText(const InPlace& in_place);

// With strategy Recreate, returns a text that names the Pod that must be gone before the next Pod
// is patched (PodsInPlace::beside). Returns an empty text if there is none.
std::string WaitsForOthers(const PodsInPlace& pods);

// Returns "pod web-2 has no node yet" for the first Pod that has no node while other Pods wait for
// it; "" if there is none. Such a Pod is
//   - a stand-in
//   - while Pods go back to the host's template: a Pod of the host that has this template already
std::string WithoutNode(const PodsInPlace& pods);

// Returns `text` after `link`; "" if `text` is empty.
std::string After(std::string_view link, const std::string& text);

// Returns why the ReplicaSet controller could not create a Pod of `rs`. Example: "replica set web-2
// cannot create Pods: pods \"web-2-x\" is forbidden: exceeded quota".
// nullopt: no failure is reported, or `rs` has as many Pods as its size.
std::optional<std::string> RefusedPod(const ReplicaSet& rs);

// For a rollout that has reached its limit (PodsInPlace::at_rest), returns what is missing although
// no further Pod is due, and the remedy; "" if nothing is missing. The progress deadline of a
// Rollout runs meanwhile (CountedPods::rests_at_limit). Examples:
//   - "pod web-1 has no node: make room for it"
//   - "pod web-1 is not available yet; pod web-2-x has no node yet", where web-2-x is a stand-in
std::string MissingAtLimit(const workload::Situation& situation);

// Returns true if no available Pod may be patched now, because as many Pods are unavailable as
// maxUnavailable allows. Returns false if maxUnavailable is 0: stand-ins then make room.
bool IsMaxUnavailableUsedUp(const PodsInPlace& pods);

// Returns what a staged rollout waits for. Requires that Pods are to be patched, none can be
// patched now, no Pod is being updated, and no PodDisruptionBudget is the cause.
std::string WaitsForRoom(const workload::Situation& situation);

}  // namespace windlass::in_place
