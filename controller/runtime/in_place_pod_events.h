// What users are told, on a Pod itself, of its update in place. Source: P-081, P-084.
#pragma once

#include <optional>

#include "controller/in_place/pod/failure.h"
#include "controller/in_place/pod/pod_state.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// `state` is that of the Pod's last patch in each of them.

// Its containers were restarted, `took` after the patch; with the images that admission put in
// place of ours.
Event InPlaceUpdated(const Pod& pod, const in_place::PodState& state, Duration took);

Event InPlaceFailed(const in_place::PodState& state, const in_place::PodFailure& failure);

// Somebody else changed its spec since; nullopt: nobody did, or the server is older than 1.33 and
// counts no generations of Pods.
std::optional<Event> InPlaceDrift(const Pod& pod, const in_place::PodState& state);

}  // namespace windlass
