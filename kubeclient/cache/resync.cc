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

// Sets the timer for the next turn, so that the remaining turns are spread evenly over the rest of
// the round. A turn looks at one key, or at several if there are many keys, so that a quiet process
// wakes rarely. The keys are counted before each turn, because a store may be filled after the
// start. Example, a round of 30 minutes:
//   0 min       there are no keys yet: the timer is set for one turn, in the middle of the round
//   15 min      there are 5,000 keys now: the turn looks at one of them
//   15-30 min   179 turns look at the others, 28 keys in each turn (5,000 / 180, rounded up)
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
