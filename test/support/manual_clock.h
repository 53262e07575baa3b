// A clock that a test sets by hand.
#pragma once

#include "kubeclient/base/clock.h"

namespace windlass {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(MonotonicTime start = {seconds(1000)}) : now(start) {}

  MonotonicTime Now() const override { return now; }
  WallTime Wall() const override { return {}; }
  int64_t WallMicros() const override { return 0; }

  MonotonicTime now;
};

}  // namespace windlass
