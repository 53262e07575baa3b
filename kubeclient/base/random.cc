#include "kubeclient/base/random.h"

#include <sys/random.h>

#include "kubeclient/base/assert.h"

namespace windlass {
namespace {

constexpr uint64_t kMultiplier = 6364136223846793005ULL;
constexpr uint64_t kIncrement = 1442695040888963407ULL;

}  // namespace

Random::Random(uint64_t seed) : state_(seed + kIncrement) { Next(); }

uint32_t Random::Next() {
  const uint64_t old = state_;
  state_ = old * kMultiplier + kIncrement;
  const auto shifted = static_cast<uint32_t>(((old >> 18U) ^ old) >> 27U);
  const auto rotation = static_cast<uint32_t>(old >> 59U);
  return (shifted >> rotation) | (shifted << ((32U - rotation) & 31U));
}

Duration Random::Between(Duration low, Duration high) {
  if (high <= low) return low;
  const auto width = static_cast<uint64_t>((high - low).count());
  const uint64_t draw = (uint64_t{Next()} << 32U) | Next();
  return low + Duration(static_cast<int64_t>(draw % width));
}

uint64_t SystemSeed() {
  uint64_t seed = 0;
  const auto got = getrandom(&seed, sizeof seed, 0);
  WL_ASSERT(got == static_cast<ssize_t>(sizeof seed));
  return seed;
}

}  // namespace windlass
