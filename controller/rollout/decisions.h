// The decisions that only Rollouts have.
#pragma once

#include "controller/core/decision.h"

namespace windlass::rollout::decisions {

inline constexpr Decision kBeginStep{"begin step"};
inline constexpr Decision kReleaseService{"release service"};
inline constexpr Decision kSelectPods{"select pods"};
inline constexpr Decision kStoreStable{"store stable"};

}  // namespace windlass::rollout::decisions
