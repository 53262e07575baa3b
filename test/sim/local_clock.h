// The clock of one machine: it may run faster or slower than the world's, and its process may be
// held for a while, as by SIGSTOP or a virtual machine that is moved. While the process is held the
// clock runs on, as CLOCK_BOOTTIME does (L-002).
#pragma once

#include <cstdint>

#include "test/sim/virtual_clock.h"

namespace windlass::sim {

class LocalClock final : public Clock {
 public:
  // `drift` in parts per million: with 20,000 a second of the world is 1.02 s here. Above -500,000.
  // `wall_offset` is how far the wall time is ahead. `world` must outlive the clock.
  LocalClock(const VirtualClock& world, int64_t drift, Duration wall_offset = Duration{0});

  MonotonicTime Now() const override { return LocalTimeOf(world_.Now()); }
  WallTime Wall() const override { return {WallMicros() / 1'000'000}; }
  int64_t WallMicros() const override { return world_.WallMicros() + wall_offset_.count() / 1000; }

  // Returns what this clock shows at a time of the world.
  MonotonicTime LocalTimeOf(MonotonicTime world) const;
  // Returns the first time of the world at which this clock shows `local`, or a later time.
  MonotonicTime WorldTimeOf(MonotonicTime local) const;

  // No timer of the process runs before this time of the world.
  void HoldUntil(MonotonicTime world) { held_until_ = world; }
  MonotonicTime held_until() const { return held_until_; }

 private:
  const VirtualClock& world_;
  const int64_t drift_;
  const Duration wall_offset_;
  MonotonicTime held_until_;
};

}  // namespace windlass::sim
