// Decides whether the kubelet has done what a patch asked for. Three values in the Pod's status are
// no proof:
//   - Ready, because it stays True during the restart
//   - observedGeneration, because it rises before the old container is killed (P-086)
//   - imageID, because two tags may name one image
// Source: P-045…P-049.
//
// If Windlass takes a Pod for restarted too early, it takes down the next Pod too early. So
// Windlass is stricter than P-047 in three places:
//   - A container that started while an earlier patch was under way may run the image of that
//     patch, and be killed a moment later. It counts as restarted only when the digest of its image
//     is right, or the time for the kill has passed. The same holds for the first container of a
//     Pod if the kubelet may have been creating it at the time of the patch.
//   - The kubelet kills changed containers one after the other, so the time for the kill is the
//     number of changed containers times the grace period. Example: 2 containers, 30 s each: 60 s.
//     This time begins when the kubelet can have seen the patch (KubeletBegins).
//   - A changed imageID is a proof only if there was an imageID before the patch.
// Windlass is more lenient in one place. If a container was not restarted and its image is unknown,
// its patch counts as carried out once the time for the kill has passed.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/in_place/pod/pod_state.h"
#include "controller/in_place/template/template_images.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

// The longest time from the kill of a container until the Pod's status shows the kill. Used if
// nothing in the status can show that the container was restarted (P-048).
inline constexpr seconds kAfterKillLong{30};

// Returns true if the Pod's status was written after the kubelet had seen the patch, or if the
// kubelet reports no observedGeneration. Examples:
//   - The patch raised metadata.generation from 4 to 5: the kubelet must have seen 5.
//   - Only metadata changed, or admission undid the rest. The generation is still 4: the kubelet
//     must have seen 4.
bool HasSeenPatch(const Pod& pod, const PodState& state);

// Returns when the kubelet has surely begun to carry out the patch: at the patch, or one minute
// after the kubelet was heard again, whichever is later. A kubelet that was cut off reports first,
// and watches its Pods only later. Returns nullopt while the kubelet is not heard. Example: the
// node was cut off from 10:00 to 10:05. 10:05 + 1 min = 10:06. A patch at 10:02 or 10:05:30 gives
// 10:06, one at 10:07 gives 10:07.
//
// A cut that was over before the Pod got its node does not count. The result is then the time of
// the patch, even if that is before the Pod got its node.
std::optional<WallTime> KubeletBegins(const Pod& pod, const PodState& state);

// Returns true if the kubelet is heard now, but may have been cut off when the Pod was patched:
//   - the kubelet was not heard at that time (PodState::unheard)
//   - or condition Ready of the Node last changed after the patch, or less than a minute before it.
//     A change before the Pod got this node does not count.
bool WasHeardAgain(const Pod& pod, const PodState& state);

// Returns how long the kubelet may take to kill the containers of the last patch, one after
// another. Example: 2 containers, grace period 30 s: 60 s.
seconds KillTime(const Pod& pod, const PodState& state);

struct Completion {
  bool complete = false;
  // When to decide again even without an event: the patch may be complete then, or must be sent
  // again because admission undid it (TryAgainAt). nullopt if the patch is complete, or if only an
  // event can complete it.
  std::optional<WallTime> look_again{};
  bool operator==(const Completion&) const = default;
};

// Returns the image that the container `live` ran when the patch was made; empty if that is not
// known. Returns nullopt if `live` did not exist then.
std::optional<std::string> ImageBefore(const ContainerPatch& patch, const PodContainer& live);

// Returns true if the container's start is more than 5 s after `now`: our clock is behind the clock
// of the node. Such a start does not show whether the container started after the patch.
bool StartsInFuture(const PodContainer& live, WallTime now);

// Returns when a patch that admission undid (RevisionBasis::kPutBack) is to be sent again: 5 min
// after it was sent.
WallTime TryAgainAt(const PodState& state);

// Returns whether all containers of the last patch run what it asked for (P-045 … P-049), except
// plain init containers, which do not run again. The Pod need not be available then
// (availability.h).
// Requires that `state` is this Pod's, and that the spec is as the patch left it (BasisOfPatch).
Completion CompletionOf(const Pod& pod, const PodState& state, WallTime now);

// Returns the container entries of the state annotation for a patch of `pod` to `images` (P-034).
// `last` is the state before this patch, or null.
//   - If a container's last patch is still under way, and the container is not in `images`: its
//     entry stays.
//   - If a container's last patch is still under way, and the container is in `images`: it gets a
//     new entry, whose `seen` lists the containers of the earlier patches.
//   - If the status does not show a container of `images` yet, and the Pod has a node: `seen` gets
//     an empty element. The kubelet may be creating the container just now, from the old image.
// Requires that the spec of `pod` has all containers of `images`.
std::vector<ContainerPatch> PatchedContainers(const Pod& pod, const PodState* last,
                                              std::span<const ContainerImage> images, WallTime now);

}  // namespace windlass::in_place
