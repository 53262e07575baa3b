// Random numbers. Code receives a Random& instead of creating a Random. Generator and distribution
// are not those of <random>, because one seed must give the same numbers with every compiler and
// standard library.
#pragma once

#include <cstdint>

#include "kubeclient/base/clock.h"

namespace windlass {

// PCG32 (O'Neill 2014). Not thread-safe; not for secrets.
class Random {
 public:
  explicit Random(uint64_t seed);

  uint32_t Next();
  // Returns a uniform value in [low, high), or `low` when that interval is empty.
  Duration Between(Duration low, Duration high);

 private:
  uint64_t state_;
};

// Returns a seed from the operating system.
uint64_t SystemSeed();

}  // namespace windlass
