#include "controller/runtime/in_place_failure.h"

#include <algorithm>
#include <string_view>

namespace windlass {
namespace {

constexpr int32_t kRestartsMax = 3;

// The container cannot be made: what the status tells of the dead one stays as it was.
constexpr std::string_view kCannotStart[] = {"ErrImagePull",
                                             "ImagePullBackOff",
                                             "InvalidImageName",
                                             "ErrImageNeverPull",
                                             "ImageInspectError",
                                             "RegistryUnavailable",
                                             "SignatureValidationFailed",
                                             "CreateContainerConfigError",
                                             "CreateContainerError"};
// It was made and ended: until then the report is about the container before it.
constexpr std::string_view kDoesNotStay[] = {"RunContainerError", "PostStartHookError",
                                             "CrashLoopBackOff"};

}  // namespace

std::optional<InPlaceFailure> FailureOf(const Pod& pod, const in_place::PodState& state) {
  const int64_t observed = pod.observed_generation;
  if (observed > 0 && observed <= state.generation_before) return std::nullopt;
  for (const in_place::ContainerPatch& patch : state.containers) {
    const PodContainer* live = pod.Find(patch.name);
    if (live == nullptr) continue;
    const int64_t restarts = int64_t{live->restart_count} - patch.restart_count;
    const std::string_view waiting = live->waiting_reason.text();
    const bool fails = std::ranges::count(kCannotStart, waiting) > 0 ||
                       (restarts > 0 && std::ranges::count(kDoesNotStay, waiting) > 0);
    if (fails) return InPlaceFailure{patch.name, std::string(waiting)};
    if (restarts >= kRestartsMax) return InPlaceFailure{patch.name, "TooManyRestarts"};
  }
  return std::nullopt;
}

}  // namespace windlass
