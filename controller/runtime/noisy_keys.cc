#include "controller/runtime/noisy_keys.h"

namespace windlass {
namespace {

constexpr Duration kMinute = seconds(60);

}  // namespace

std::optional<int> NoisyKeys::Note(const QueueKey& key, int calls, MonotonicTime now) {
  Forget(now);
  if (calls == 0) return std::nullopt;
  Spent& spent = spent_[key];
  if (now - spent.minute_began >= kMinute) {
    spent.minute_began = now;
    spent.this_minute = 0;
  }
  spent.this_minute += calls;
  if (calls <= kNoisyCallsPerSync && spent.this_minute <= kNoisyCallsPerMinute) return std::nullopt;
  const bool was_noisy = now < spent.noisy_until;
  spent.noisy_until = now + kMinute;
  if (was_noisy) return std::nullopt;
  return spent.this_minute;
}

bool NoisyKeys::IsNoisy(const QueueKey& key, MonotonicTime now) const {
  const auto found = spent_.find(key);
  return found != spent_.end() && now < found->second.noisy_until;
}

// Forgets each key that is not noisy any more and whose minute of counting is over. Does this at
// most once a minute.
void NoisyKeys::Forget(MonotonicTime now) {
  if (now - forgot_at_ < kMinute) return;
  forgot_at_ = now;
  std::erase_if(spent_, [now](const auto& entry) {
    return now - entry.second.minute_began >= kMinute && now >= entry.second.noisy_until;
  });
}

}  // namespace windlass
