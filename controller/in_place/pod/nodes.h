// What a Pod's node means for its update: a lost node, an old kubelet, or no node. Source: P-006,
// P-032, P-039.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string_view>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/eligibility.h"
#include "kubeclient/api/node.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

using Nodes = std::map<std::string_view, const Node*>;  // by name

// Returns the Pod's Node; null if the Pod has none or the Node is gone.
using NodeOf = std::function<const Node*(const Pod&)>;

// Returns true if the Pod is not Ready and its node is gone or not ready. A Pod that is still Ready
// may well be serving, because its containers run on even if the kubelet no longer reports.
bool IsOnLostNode(const Pod& pod, const Nodes& nodes);

// Returns a time since which the Pod's kubelet has been heard without a break:
//   - the last change of the Node's condition Ready, by the clock of the node. Example: the node
//     was cut off from 10:00 to 10:05, so 10:05.
//   - nullopt if the Node is gone, or the kubelet is not heard: Ready is neither True nor False
//   - zero, which is always in the past, for a Pod without a node
//
// Kubernetes notices a cut only after about 40 s, so this function does not notice shorter cuts.
std::optional<WallTime> KubeletHeardSince(const Pod& pod, const Node* node);
std::optional<WallTime> KubeletHeardSince(const Pod& pod, const Nodes& nodes);

// Sets `heard_since` and `heard_here` of `state`, a state of the Pod `pod`, from the Pod's Node.
void NoteHeard(const Pod& pod, const Node* node, PodState& state);

// Returns PodStateOf(pod), after NoteHeard.
std::optional<Result<PodState>> PodStateOf(const Pod& pod, const Nodes& nodes);

// Returns the zone of the Pod's node; empty if the Pod has no node, or the Node is gone or has no
// zone.
std::string_view ZoneOf(const Pod& pod, const Nodes& nodes);

// Returns true if the Pod has no node and its condition PodScheduled is False: the scheduler found
// no node, or a scheduling gate holds the Pod back.
bool FitsOnNoNode(const Pod& pod);

// Returns the time from which the rollout no longer waits for a Pod without a node, because the Pod
// will not get a node soon:
//   - nullopt if the Pod has a node
//   - WallTime{}, which means at once, if FitsOnNoNode(pod)
//   - otherwise, because the scheduler has not decided yet, a minute after the Pod was created
std::optional<WallTime> UnschedulableFrom(const Pod& pod);

// Returns the latest time at which a Pod without a node may still get the place of the Pod that it
// replaces. This is a minute after the replaced Pod is gone, because the scheduler does not try
// again at once. Both Pods have the same grace period, and the replaced Pod is gone when this
// period has passed since the new Pod was created. Example: created at 10:00:00, grace period 30 s:
// 10:00:30 + 1 min = 10:01:30.
WallTime GetsPlaceUntil(const Pod& pod);

// Returns kSidecarKubeletTooOld with the node's name if `changes` have a sidecar's image and the
// kubelet of the Pod's node is older than 1.32. Such a kubelet does not restart a sidecar for a new
// image (P-006), so the Pod would be in flight for ever. An unreadable version counts as too old: a
// Pod that is replaced needlessly does less harm than one that is in flight for ever.
//
// Returns kResizeKubeletTooOld with the node's name if `changes` have CPU or memory, and the
// kubelet is older than 1.33, or than 1.36 for a plain init container. Returns kResizeServerTooOld
// if the API server is older than 1.33: it counts no generations of Pods.
//
// Returns nullopt
//   - for a Pod without a node, because no kubelet has seen the Pod's old image
//   - for a Pod whose Node is gone, because Kubernetes will delete the Pod. Other Pods may have
//     newer kubelets.
std::optional<NotEligible> RefuseKubelet(const Pod& pod, const TemplateChanges& changes,
                                         const Nodes& nodes);

}  // namespace windlass::in_place
