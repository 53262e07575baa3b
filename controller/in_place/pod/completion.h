// Has the kubelet done what a patch asked for? Ready does not tell, because it stays True. Nor does
// observedGeneration, because it moves before the old container is killed (P-086). Nor does
// imageID: two tags may be one image. Source: P-045…P-049.
//
// We are stricter than P-047 in three places, because a Pod that we take for restarted too early
// lets us take down the next one:
//   - A container may have started while an earlier patch was still under way. It may run that
//     patch's image and be killed a moment later. After such a patch only two things prove that the
//     container runs the last image: its digest, or that the time for the kill has passed. The same
//     holds for a Pod's first container if the kubelet was about to create it.
//   - The kubelet kills changed containers one after the other, so the time for the kill is their
//     number times the grace period. Example: 2 containers, 30 s each: 60 s.
//   - A changed imageID is a proof only if there was an imageID before.
// We are more lenient in one place: if a container was not restarted and its image is unknown, it
// counts as done when the time for the kill has passed.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/template_images.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

// The longest time from a kill until the status shows it. Used if nothing else tells of the restart
// (item 4).
inline constexpr seconds kAfterKillLong{30};

// Returns true if the Pod's status was written after the kubelet had seen the patch. A patch that
// left the spec as it was does not raise metadata.generation, so there is nothing to see: only
// metadata changed, or admission undid the rest. Also true if the kubelet reports no
// observedGeneration.
bool HasSeenPatch(const Pod& pod, const PodState& state);

// Returns how long the kubelet may take to kill the containers of the last patch, one after
// another. Example: 2 containers, grace period 30 s: 60 s.
seconds KillTime(const Pod& pod, const PodState& state);

struct Completion {
  bool complete = false;
  // When the answer may change without an event: time alone completes the patch, or the patch is to
  // be sent again (TryAgainAt).
  std::optional<WallTime> look_again{};
  bool operator==(const Completion&) const = default;
};

// Returns when a patch that admission undid (RevisionBasis::kPutBack) is to be sent again.
WallTime TryAgainAt(const PodState& state);

// Returns whether all containers of the last patch run what it asked for (P-045 … P-049). A plain
// init container does not run again and is not waited for. A complete Pod need not be available:
// see availability.h. Requires that `state` is this Pod's, and that the spec is as the patch left
// it (BasisOfPatch).
Completion CompletionOf(const Pod& pod, const PodState& state, WallTime now);

// Returns the container entries of the state annotation for a patch of `pod` to `images` (P-034).
// `last` is the state before, or null. A container whose last patch is still under way
//   - keeps its entry if it is not in `images`
//   - gets a new entry otherwise, which lists in `seen` the containers of the patches before
// If the Pod has a node but the container does not exist yet, its entry gets an empty element in
// `seen`: the kubelet may be creating the container from the old image. Requires that `pod` has all
// containers of `images`.
std::vector<ContainerPatch> PatchedContainers(const Pod& pod, const PodState* last,
                                              std::span<const ContainerImage> images, WallTime now);

}  // namespace windlass::in_place
