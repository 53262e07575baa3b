// The Events on a Pod about its in-place update. Source: P-081, P-084.
#pragma once

#include <optional>

#include "controller/in_place/pod/failure.h"
#include "controller/in_place/pod/pod_state.h"
#include "kubeclient/api/pod.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// In each function, `state` is the state of the Pod's last patch.

// Returns the Event that says that the Pod's containers were restarted, `took` after the patch. The
// message names images that admission put in place of ours.
Event InPlaceUpdated(const Pod& pod, const in_place::PodState& state, Duration took);

// Returns the Event that says why the patch failed. `pod_timeout` is how long a Pod may stay
// unavailable (FailureOf in failure.h).
Event InPlaceFailed(const in_place::PodState& state, const in_place::PodFailure& failure,
                    seconds pod_timeout);

// Returns the Event that another client changed the Pod's spec since the patch; nullopt if the
// Pod's generation does not show an edit. Edits that it does not show:
//   - any edit on a server older than 1.33, which counts no generations of Pods
//   - a single edit after a patch that did not raise the generation (HasSeenPatch)
std::optional<Event> InPlaceDrift(const Pod& pod, const in_place::PodState& state);

}  // namespace windlass
