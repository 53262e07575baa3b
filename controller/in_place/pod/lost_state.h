// A patched Pod whose state annotation somebody took away or spoiled: a user, or an admission
// webhook. Without it nothing tells whether the Pod's containers have been restarted. So the Pod
// counts as in flight, and gets a state again that lets time tell. Source: P-028, P-045.
#pragma once

#include <optional>

#include "controller/in_place/pod/pod_state.h"

namespace windlass::in_place {

// Returns the state to write, as of a patch made `now` whose image each container may run already
// or not: a container that is there counts as restarted when the time for the kill has passed.
// Returns nullopt unless
//   - `said`, which is PodStateOf(pod), is absent or an error
//   - the Pod has the label of our patches and was edited since it was made
// `of` is the template that the Pod has.
std::optional<PodState> LostState(const Pod& pod, const std::optional<Result<PodState>>& said,
                                  const Uid& deployment, const Fingerprint& of, WallTime now);

}  // namespace windlass::in_place
