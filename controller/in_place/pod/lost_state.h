// A Pod that this rollout patched, and whose state annotation somebody took away or spoiled: a
// user, or an admission webhook. Without it nothing tells whether the Pod's containers have been
// restarted. So the Pod counts as in flight, and gets a state again that lets time tell. Source:
// P-028, P-045.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/template_images.h"

namespace windlass::in_place {

// Returns the state to write, as of a patch made `now` whose image each container of `images` may
// run already or not: a container that is there counts as restarted when the time for the kill has
// passed. `images` are those of the template that the Pod has. Returns nullopt unless
//   - `said`, which is PodStateOf(pod), is absent or an error
//   - the Pod's label says that it was patched to one of `revisions`: those that are rolled out,
//     and the one to which Pods go back. A Pod of another one has had its time.
std::optional<PodState> LostState(const Pod& pod, const std::optional<Result<PodState>>& said,
                                  const Uid& deployment, const TemplateImages& images,
                                  std::span<const int64_t> revisions, WallTime now);

// Returns true if the state is of an earlier patch than the Pod's last, to one of `revisions`.
// Somebody put such a state back, and it would tell that the Pod has been restarted already.
bool IsOutdated(const Pod& pod, const PodState& state, std::span<const int64_t> revisions);

}  // namespace windlass::in_place
