// Handles Pods that this rollout patched and whose state annotation a user or an admission webhook
// removed or spoiled. Source: P-028, P-045.
// Without the annotation, Windlass does not know whether the containers have been restarted. So the
// Pod counts as in flight and gets a new state. The time for a restart begins with that state, or
// later if the kubelet was cut off (KubeletBegins). When that time is over, the containers count as
// restarted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/template_images.h"

namespace windlass::in_place {

// Returns the new state for a Pod whose state annotation was lost, as if the Pod were patched at
// `now`. `images` has the fingerprint of the template that the Pod has, and the containers that the
// last patch, whose state was lost, may have restarted. Such a container may run the old image or
// the new one, so it counts as restarted only after KillTime. Returns a state only if all of this
// holds, otherwise nullopt:
//   - `said`, which is PodStateOf(pod), is absent or an error
//   - the Pod's revision label names one of `revisions`: those that are being rolled out, and the
//     one to which Pods go back. A Pod of any other revision has had enough time for its restart.
//   - the state is short enough for the annotation (WritePodState)
std::optional<PodState> LostState(const Pod& pod, const std::optional<Result<PodState>>& said,
                                  const Uid& deployment, const TemplateImages& images,
                                  std::span<const int64_t> revisions, WallTime now);

// Returns true if the Pod's revision label names one of `revisions`, and `state` names another
// revision: a client put back the state of an earlier patch. By that state, the Pod would count as
// restarted too early.
bool IsOutdated(const Pod& pod, const PodState& state, std::span<const int64_t> revisions);

}  // namespace windlass::in_place
