// A Pod that this rollout patched and that lost its state annotation: a user or an admission
// webhook removed or spoiled it. Without the annotation nothing tells whether the Pod's containers
// have been restarted. So the Pod counts as in flight, and Windlass writes a new state, by which
// time tells when they have been. Source: P-028, P-045.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/template_images.h"

namespace windlass::in_place {

// Returns the state to write. It describes a patch made `now`, after which each container of
// `images` may or may not run the new image already: a container that exists counts as restarted
// when the time for the kill has passed. `images` are those of the template that the Pod has.
// Returns nullopt unless
//   - `said`, which is PodStateOf(pod), is absent or an error
//   - the Pod's label says that it was patched to one of `revisions`: those that are rolled out,
//     and the one to which Pods go back. A Pod patched to another revision has had the time for its
//     restart.
//   - the state is short enough for the annotation (WritePodState)
std::optional<PodState> LostState(const Pod& pod, const std::optional<Result<PodState>>& said,
                                  const Uid& deployment, const TemplateImages& images,
                                  std::span<const int64_t> revisions, WallTime now);

// Returns true if the Pod's label names one of `revisions`, and the state names another one. A
// client then put back the state of an earlier patch, which would say that the Pod has been
// restarted already.
bool IsOutdated(const Pod& pod, const PodState& state, std::span<const int64_t> revisions);

}  // namespace windlass::in_place
