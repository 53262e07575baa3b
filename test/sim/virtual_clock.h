// The simulated world's clock. The machine's clock is never read: the loop sets this one to the
// next timer.
#pragma once

#include "kubeclient/base/assert.h"
#include "kubeclient/base/clock.h"

namespace windlass::sim {

// Monotonic time starts at 0. Wall time follows it with an offset that a test may change, as an
// administrator may set a clock: deadlines must not depend on wall time.
class VirtualClock final : public Clock {
 public:
  // 2026-01-01T00:00:00Z. Any date will do if every run uses the same.
  static constexpr int64_t kWallAtStart = 1767225600;

  MonotonicTime Now() const override { return now_; }
  WallTime Wall() const override { return {WallMicros() / 1'000'000}; }
  int64_t WallMicros() const override {
    const Duration wall = now_.since_start + wall_offset_;
    return kWallAtStart * 1'000'000 + wall.count() / 1000;
  }

  // Time never goes back.
  void JumpTo(MonotonicTime time) {
    WL_ASSERT(time >= now_);
    now_ = time;
  }
  void SetWallOffset(Duration offset) { wall_offset_ = offset; }

 private:
  MonotonicTime now_;
  Duration wall_offset_{0};
};

}  // namespace windlass::sim
