// Whether a Pod fails at what a patch asked of it (in-place C.11).
#pragma once

#include <optional>
#include <string>

#include "controller/in_place/pod_state.h"
#include "kubeclient/api/pod.h"

namespace windlass {

// What fails: which container, and how the kubelet calls it. TooManyRestarts is our name for three
// of them since the patch.
struct InPlaceFailure {
  std::string container;
  std::string reason;
  bool operator==(const InPlaceFailure&) const = default;
};

// What the containers that `state` patched report; nullopt while nothing speaks against them. A
// report from before the kubelet knew of the patch says nothing.
std::optional<InPlaceFailure> FailureOf(const Pod& pod, const in_place::PodState& state);

}  // namespace windlass
