// The decisions that only Rollouts have.
#pragma once

#include "controller/core/decision.h"

namespace windlass::rollout::decisions {

inline constexpr Decision kBeginStep{"begin step"};

}  // namespace windlass::rollout::decisions
