// What a Pod's node, or the lack of one, says about the Pod. Source: P-006, P-032, P-039.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "controller/in_place/template/changes.h"
#include "controller/in_place/template/eligibility.h"
#include "kubeclient/api/node.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

using Nodes = std::map<std::string_view, const Node*>;  // by name

// Returns true if the Pod's node is gone or not ready and the Pod is not Ready. While the Pod is
// still Ready its containers may well serve: a kubelet that reports trouble ends no container.
bool IsOnLostNode(const Pod& pod, const Nodes& nodes);

// Returns the zone of the Pod's node; empty if the Pod has no node, or the Node is gone or has no
// zone.
std::string_view ZoneOf(const Pod& pod, const Nodes& nodes);

// Returns true if the Pod has no node and its condition PodScheduled is False: the scheduler found
// no node, or a scheduling gate holds the Pod back.
bool FitsOnNoNode(const Pod& pod);

// Returns from when the rollout no longer waits for a Pod without a node, because it will not get
// one soon:
//   - at once (WallTime{}) if the scheduler found no node
//   - a minute after the Pod was created if the scheduler says nothing
//   - nullopt if the Pod has a node
std::optional<WallTime> UnschedulableFrom(const Pod& pod);

// Returns kSidecarKubeletTooOld if `changes` have a sidecar's image and the kubelet of the Pod's
// node is older than 1.32: it never restarts a sidecar (P-006), and the Pod would be in flight for
// ever. A version that cannot be read counts as too old, because a new Pod is the lesser harm.
//
// Returns nullopt for a Pod without a node, because no kubelet knows its old image; and for a Pod
// whose Node is gone, because that Pod will be deleted and says nothing about the others.
std::optional<NotEligible> RefuseKubelet(const Pod& pod, const TemplateChanges& changes,
                                         const Nodes& nodes);

}  // namespace windlass::in_place
