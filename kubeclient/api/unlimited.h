// The number by which the API says "no limit".
#pragma once

#include <cstdint>

namespace windlass {

inline constexpr int32_t kUnlimited = 2147483647;  // MaxInt32: "no deadline", "keep all history"

}  // namespace windlass
