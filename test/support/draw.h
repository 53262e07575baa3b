// Choices of tests, drawn from a seed. The same seed must give the same choices with every compiler
// and standard library.
#pragma once

#include <cstdint>

#include "kubeclient/base/assert.h"
#include "kubeclient/base/random.h"

namespace windlass {

// Returns a number in [0, bound), uniformly distributed. `bound` must be > 0.
inline uint32_t Below(Random& random, uint32_t bound) {
  WL_ASSERT(bound > 0);
  // Multiply-shift. Its bias of at most 2^-32 does not matter.
  return static_cast<uint32_t>((uint64_t{random.Next()} * bound) >> 32U);
}

}  // namespace windlass
