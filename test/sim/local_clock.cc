#include "test/sim/local_clock.h"

namespace windlass::sim {
namespace {

constexpr int64_t kMillion = 1'000'000;

// Returns count * factor / divisor, without overflow for a count of days.
int64_t Scaled(int64_t count, int64_t factor, int64_t divisor) {
  return count / divisor * factor + count % divisor * factor / divisor;
}

}  // namespace

LocalClock::LocalClock(const VirtualClock& world, int64_t drift, Duration wall_offset)
    : world_(world), drift_(drift), wall_offset_(wall_offset) {
  WL_ASSERT(drift > -kMillion / 2 && drift < kMillion);
}

MonotonicTime LocalClock::LocalTimeOf(MonotonicTime world) const {
  const int64_t passed = world.since_start.count();
  return {Duration(passed + Scaled(passed, drift_, kMillion))};
}

MonotonicTime LocalClock::WorldTimeOf(MonotonicTime local) const {
  MonotonicTime world{Duration(Scaled(local.since_start.count(), kMillion, kMillion + drift_))};
  while (LocalTimeOf(world) < local) world.since_start += Duration(1);
  return world;
}

}  // namespace windlass::sim
