// Names of annotations that Windlass keeps on Pods that it updates in place.
#pragma once

#include <string_view>

namespace windlass::in_place {

// What the last patch of a Pod did, as JSON (controller/in_place/pod/pod_state.h).
inline constexpr std::string_view kPodState = "windlass.dev/in-place-state";

}  // namespace windlass::in_place
