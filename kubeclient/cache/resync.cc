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

void Resync::BeginRound() {
  round_ends_ = clock_.Now() + random_.Between(kResyncPeriod / 2, kResyncPeriod * 3 / 2);
  last_.reset();
  looked_at_ = 0;
  Wait();
}

// Sets the timer for the next turn. A turn looks at one key; with many keys at several, so that a
// quiet process wakes rarely. The keys are counted before each turn, because a store may be filled
// after the start. Example: a round of 30 minutes begins with 0 keys, so its first turn comes after
// 15 minutes. By that turn there are 5,000 keys, and it looks at one of them. The rest are divided
// among 179 turns of 28 keys, spread over the other 15 minutes.
void Resync::Wait() {
  const size_t count = std::max(keys_.count(), looked_at_ + 1);
  keys_per_turn_ = (count + kResyncTurnsMax - 1) / kResyncTurnsMax;
  const size_t turns = (count - looked_at_ + keys_per_turn_ - 1) / keys_per_turn_;
  const Duration rest = round_ends_ - clock_.Now();
  const Duration pause = std::max<Duration>(rest / static_cast<int64_t>(turns + 1), seconds(1));
  timer_ = timers_.At(clock_.Now() + pause, [this] { Turn(); });
}

void Resync::Turn() {
  for (size_t i = 0; i < keys_per_turn_; ++i) {
    std::optional<ObjectKey> next = keys_.after(last_);
    if (!next) {  // the rest of the round is a pause
      timer_ =
          timers_.At(std::max(round_ends_, clock_.Now() + seconds(1)), [this] { BeginRound(); });
      return;
    }
    last_ = std::move(next);
    ++looked_at_;
    look_at_(*last_);
  }
  Wait();
}

}  // namespace windlass
