// How long a component, such as a reflector or the leadership barrier, waits between its tries
// . Each wait is a random time below a limit, which doubles with each failure. The limit
// starts over after a time without failures.
#pragma once

#include <algorithm>

#include "kubeclient/base/clock.h"
#include "kubeclient/base/random.h"

namespace windlass {

// client-go's figures. Each wait is a random time below a limit:
//   - kReflectorBackOffFirst: the limit after the first failure
//   - kReflectorBackOffMax: the highest limit of a reflector after a failure that may pass by
//     itself. If the server asks for a longer wait, the reflector waits that long
//   - kReflectorBackOffReset: after this time without a failure, the limit is the first one again
inline constexpr Duration kReflectorBackOffFirst = milliseconds(800);
inline constexpr Duration kReflectorBackOffMax = seconds(30);
inline constexpr Duration kReflectorBackOffReset = seconds(120);
// The longest wait if asking often does not help, for example while a right is missing.
inline constexpr Duration kForbiddenBackOffMax = seconds(60);

class BackOff {
 public:
  explicit BackOff(Random& random) : random_(random) {}

  // Returns the wait after a failure at `now`: a random time below a limit. The limit is 0.8 s
  // after the first failure, then 1.6 s, 3.2 s and so on, at most `longest`. The limit starts over
  // if two minutes without a failure have passed since the last wait ended.
  Duration Next(MonotonicTime now, Duration longest) {
    if (now - last_wait_over_ >= kReflectorBackOffReset) step_ = kReflectorBackOffFirst;
    const Duration wait = random_.Between(Duration{0}, std::min(step_, longest));
    step_ = std::min(step_ * 2, kForbiddenBackOffMax);
    last_wait_over_ = now + wait;
    return wait;
  }

  // Sets the next limit to that of a first failure. Call when past failures say nothing about the
  // next attempt.
  void StartOver() { step_ = kReflectorBackOffFirst; }

 private:
  Random& random_;
  Duration step_ = kReflectorBackOffFirst;
  MonotonicTime last_wait_over_;
};

}  // namespace windlass
