// What a Pod's node says about it, or that it has none. Source: P-006, P-032, P-039.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "controller/in_place/changes.h"
#include "controller/in_place/eligibility.h"
#include "kubeclient/api/node.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

using Nodes = std::map<std::string_view, const Node*>;  // by name

// Whether `pod` is on a node that is not ready or gone, and its being Ready was taken back for it.
// Until that is done its containers may well serve: a kubelet that reports trouble kills nobody.
bool IsOnLostNode(const Pod& pod, const Nodes& nodes);

// The zone that `pod` is in, for as long as its Node is there; empty where that says none, is gone,
// or is still to be chosen.
std::string_view ZoneOf(const Pod& pod, const Nodes& nodes);

// When a Pod that has no node ceases to be waited for, because it will not get one soon: as soon as
// the scheduler found none, or a minute after it was made if nobody says anything. nullopt: it has
// a node.
std::optional<WallTime> UnschedulableFrom(const Pod& pod);

// Whether the kubelet of the Pod's node is too old for the changes: one before 1.32 never restarts
// a sidecar (P-006), and the Pod would be in flight for good. One whose version cannot be read
// counts as too old: a Pod made anew is the lesser harm.
//
// Nothing speaks against a Pod that is not scheduled, because no kubelet knows its old image; nor
// against one whose node is gone, because it will be collected and says nothing of the others.
std::optional<NotEligible> RefuseKubelet(const Pod& pod, const TemplateChanges& changes,
                                         const Nodes& nodes);

}  // namespace windlass::in_place
