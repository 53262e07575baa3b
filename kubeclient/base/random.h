// Randomness, handed in. Our own generator and distributions, because a seed must replay to the
// same numbers with every compiler and standard library.
#pragma once

#include <cstdint>

#include "kubeclient/base/clock.h"

namespace windlass {

// PCG32 (O'Neill 2014). Not thread-safe; not for secrets.
class Random {
 public:
  explicit Random(uint64_t seed);

  uint32_t Next();
  // Uniform in [low, high); returns low when the interval is empty.
  Duration Between(Duration low, Duration high);

 private:
  uint64_t state_;
};

// A seed from the operating system.
uint64_t SystemSeed();

}  // namespace windlass
