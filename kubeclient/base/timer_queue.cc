#include "kubeclient/base/timer_queue.h"

namespace windlass {

TimerId TimerQueue::At(MonotonicTime at, std::function<void()> callback) {
  const TimerId id = ++last_;
  timers_.emplace(Key{at, id}, std::move(callback));
  at_.emplace(id, at);
  return id;
}

void TimerQueue::Cancel(TimerId id) {
  const auto found = at_.find(id);
  if (found == at_.end()) return;
  timers_.erase(Key{found->second, id});
  at_.erase(found);
}

std::optional<MonotonicTime> TimerQueue::next() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.first;
}

int TimerQueue::RunDue(MonotonicTime now, int most) {
  int ran = 0;
  while (ran < most && !timers_.empty() && timers_.begin()->first.first <= now) {
    auto node = timers_.extract(timers_.begin());
    at_.erase(node.key().second);
    node.mapped()();
    ++ran;
  }
  return ran;
}

}  // namespace windlass
