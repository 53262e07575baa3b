// Calls `look_at` for each of its keys once per round, without asking the API server. `look_at`
// wakes the key, so an object is synced even if its wake-up was lost by a bug.
//
// A round takes 30 minutes +- 50 % and spreads the keys over that time. Core thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/random.h"
#include "kubeclient/base/timer_queue.h"

namespace windlass {

// How long a round takes, +- 50 % (R-050). A round looks at each key once. So a key whose wake-up
// was lost is synced after about one round.
inline constexpr Duration kResyncPeriod = seconds(1800);
// A round consists of turns. A turn looks at one key, or at several if there are more keys than
// this. So a round has at most about this many turns, unless many keys are added during the round.
inline constexpr size_t kResyncTurnsMax = 180;

class Resync {
 public:
  // The keys to walk through. They may change during a round.
  struct Keys {
    std::function<size_t()> count;
    // Returns the key that follows the given key in some fixed order, or the first key if none is
    // given. Returns nullopt after the last key.
    std::function<std::optional<ObjectKey>(const std::optional<ObjectKey>&)> after;
  };

  // All references must outlive this. `look_at` must not stop or destroy this.
  Resync(const Clock& clock, Random& random, TimerQueue& timers, Keys keys,
         std::function<void(const ObjectKey&)> look_at);
  ~Resync() { Stop(); }
  Resync(const Resync&) = delete;
  Resync& operator=(const Resync&) = delete;

  void Start();
  void Stop() { timers_.Cancel(timer_); }

 private:
  void BeginRound();
  void Wait();
  void Turn();

  const Clock& clock_;
  Random& random_;
  TimerQueue& timers_;
  const Keys keys_;
  const std::function<void(const ObjectKey&)> look_at_;

  TimerId timer_ = 0;
  MonotonicTime round_ends_;
  size_t keys_per_turn_ = 1;
  size_t looked_at_ = 0;           // keys in this round
  std::optional<ObjectKey> last_;  // the key looked at last in this round
};

}  // namespace windlass
