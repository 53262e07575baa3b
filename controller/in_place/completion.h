// Has the kubelet done what a patch asked for? Ready says nothing: it stays True throughout, and so
// does observedGeneration, which is moved before the old container is killed (P-086). Nor does
// imageID: two tags may be one image. Source: P-045…P-049.
//
// We are stricter than P-047 in three places, because a Pod that is taken for restarted too early
// lets the next one be taken down:
//   - a container that came up while an earlier patch was still under way may run that patch's
//     image and be killed a moment later, in the sync that its status announces. So after such a
//     patch only the digest, or time enough for the kill, proves that it is the last image. The
//     same holds for the first container of a Pod that a kubelet was about to start;
//   - the kubelet kills changed containers one after the other: time enough is their number times
//     the grace period;
//   - another imageID than before proves something only where there was one before.
// And more lenient in one: where nobody can tell what a container that stays put runs, time
// decides.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "controller/in_place/pod_state.h"
#include "controller/in_place/template_images.h"
#include "kubeclient/api/pod.h"

namespace windlass::in_place {

// Whether the Pod's status tells of what the patch made of its spec. A patch that left the spec as
// it was, because only metadata changed or admission undid the rest, does not move the generation.
// Always true of a kubelet that does not say what it has seen.
bool HasSeenPatch(const Pod& pod, const PodState& state);

struct Completion {
  bool complete = false;
  // When time alone may complete it, or is to try the patch again (TryAgainAt); no event will tell.
  std::optional<WallTime> look_again{};
  bool operator==(const Completion&) const = default;
};

// A Pod whose patch admission undid (RevisionBasis::kPutBack) is patched again from then on.
WallTime TryAgainAt(const PodState& state);

// P-045 … P-049. Says nothing about the Pod being available: see availability.h. A plain init
// container does not run again and is not waited for. Requires that `state` is this Pod's, and that
// the spec is as the patch left it (BasisOfPatch).
Completion CompletionOf(const Pod& pod, const PodState& state, WallTime now);

// The entries of the annotation that goes with a patch of `pod` to these images (P-034). A
// container of the last patch, `last`, that is not complete yet keeps its entry; if it is patched
// again, its new entry tells what was seen of it. `last` may be null. Requires that `pod` has the
// containers.
std::vector<ContainerPatch> PatchedContainers(const Pod& pod, const PodState* last,
                                              std::span<const ContainerImage> images, WallTime now);

}  // namespace windlass::in_place
