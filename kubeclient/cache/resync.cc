#include "kubeclient/cache/resync.h"

#include <algorithm>
#include <utility>

namespace windlass {

Resync::Resync(const Clock& clock, Random& random, TimerQueue& timers, Keys keys,
               std::function<void(const ObjectKey&)> look_at)
    : clock_(clock),
      random_(random),
      timers_(timers),
      keys_(std::move(keys)),
      look_at_(std::move(look_at)) {}

void Resync::Start() {
  Stop();
  BeginRound();
}

// With few keys, a turn looks at one key; with many keys, at several, so that a quiet process wakes
// rarely.
void Resync::BeginRound() {
  const Duration period = random_.Between(kResyncPeriod / 2, kResyncPeriod * 3 / 2);
  round_ends_ = clock_.Now() + period;
  last_.reset();
  const size_t count = std::max<size_t>(keys_.count(), 1);
  const size_t turns = std::min(count, kResyncTurnsMax);
  pause_ = period / static_cast<int64_t>(turns + 1);
  keys_per_turn_ = (count + turns - 1) / turns;
  Wait();
}

void Resync::Wait() {
  timer_ = timers_.At(clock_.Now() + pause_, [this] { Turn(); });
}

void Resync::Turn() {
  for (size_t i = 0; i < keys_per_turn_; ++i) {
    std::optional<ObjectKey> next = keys_.after(last_);
    if (!next) {  // the rest of the round is a pause
      timer_ = timers_.At(std::max(round_ends_, clock_.Now() + pause_), [this] { BeginRound(); });
      return;
    }
    last_ = std::move(next);
    look_at_(*last_);
  }
  Wait();
}

}  // namespace windlass
