#include "controller/in_place/watch/pod_events.h"

#include <algorithm>
#include <string>
#include <vector>

namespace windlass {
namespace {

using in_place::ContainerPatch;
using in_place::PodState;

// A container whose spec has another image than the patch asked for.
struct OtherImage {
  const ContainerPatch& patch;
  std::string present;
};

std::vector<OtherImage> OtherImages(const Pod& pod, const PodState& state) {
  std::vector<OtherImage> others;
  for (const ContainerPatch& patch : state.containers) {
    const PodContainer* live = pod.Find(patch.name);
    if (live == nullptr || live->image == patch.to) continue;
    others.push_back({patch, std::string(live->image.text())});
  }
  return others;
}

// Returns "; admission set the image of app to mirror/app:2", or "" if all images are those of the
// patch.
std::string Rewritten(const Pod& pod, const PodState& state) {
  std::string text;
  for (const auto& [patch, present] : OtherImages(pod, state)) {
    text +=
        (text.empty() ? "; admission set the image of " : ", of ") + patch.name + " to " + present;
  }
  return text;
}

// Returns a text such as "container app has mine:1, not app:2".
std::string Edited(const Pod& pod, const PodState& state) {
  std::string text;
  for (const auto& [patch, present] : OtherImages(pod, state)) {
    text += (text.empty() ? "container " : ", container ") + patch.name + " has " + present +
            ", not " + patch.to;
  }
  return text.empty() ? "the images that Windlass set are unchanged" : text;
}

// Returns true if the Pod has CPU or memory that an autoscaler may have changed: such an edit is
// none to tell of (P-105).
bool MayBeResized(const Pod& pod) {
  return std::ranges::any_of(pod.containers, [](const PodContainer& container) {
    return !ParseContainerResources(container.resources.text()).wanted.empty();
  });
}

std::string WholeSeconds(Duration duration) {
  return std::to_string(std::chrono::round<seconds>(duration).count()) + " s";
}

}  // namespace

Event InPlaceUpdated(const Pod& pod, const PodState& state, Duration took) {
  return {Event::Type::kNormal, "InPlaceUpdated",
          "Updated in place to revision " + std::to_string(state.revision) + " in " +
              WholeSeconds(took) + Rewritten(pod, state)};
}

Event InPlaceFailed(const PodState& state, const in_place::PodFailure& failure,
                    seconds pod_timeout) {
  return {Event::Type::kWarning, "InPlaceFailed",
          "Revision " + std::to_string(state.revision) +
              " fails: " + in_place::TextOf(failure, "this Pod", pod_timeout)};
}

std::optional<Event> InPlaceDrift(const Pod& pod, const PodState& state) {
  // The patch itself raises the generation by one, or by zero if admission undoes all of it. So
  // only a rise by two or more proves another client's edit. Example: 4 before the patch, 6 now.
  // Our resize is one more.
  const int64_t ours = state.resizes.empty() ? state.generation_before : state.generation_to_resize;
  if (pod.meta.generation - 1 <= ours) return std::nullopt;
  if (MayBeResized(pod) && OtherImages(pod, state).empty()) return std::nullopt;
  return Event{Event::Type::kWarning, "InPlaceDrift",
               "Another client edited this Pod while Windlass was updating it to revision " +
                   std::to_string(state.revision) + ": " + Edited(pod, state)};
}

}  // namespace windlass
