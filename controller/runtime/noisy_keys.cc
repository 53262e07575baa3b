#include "controller/runtime/noisy_keys.h"

#include <array>
#include <cstdio>

#include "kubeclient/base/limits.h"

namespace windlass {
namespace {

constexpr Duration kMinute = seconds(60);

// FNV-1a: the same in every process, so that series of a restarted one go on.
std::string HashOf(const ObjectKey& key) {
  uint32_t hash = 2166136261U;
  for (const char c : key.ToString()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08x", hash);
  return text.data();
}

}  // namespace

bool NoisyKeys::Note(const ObjectKey& key, int calls, MonotonicTime now) {
  Forget(now);
  if (calls == 0) return false;
  Spent& spent = spent_[key];
  if (now - spent.minute_began >= kMinute) {
    spent.minute_began = now;
    spent.this_minute = 0;
  }
  spent.this_minute += calls;
  if (calls <= kNoisyCallsPerSync && spent.this_minute <= kNoisyCallsPerMinute) return false;
  const bool was_noisy = now < spent.noisy_until;
  spent.noisy_until = now + kMinute;
  return !was_noisy;
}

bool NoisyKeys::IsNoisy(const ObjectKey& key, MonotonicTime now) const {
  const auto found = spent_.find(key);
  return found != spent_.end() && now < found->second.noisy_until;
}

std::map<std::string, int> NoisyKeys::Shown(MonotonicTime now) const {
  std::map<std::string, int> shown;
  for (const auto& [key, spent] : spent_) {
    if (now >= spent.noisy_until) continue;
    shown.emplace(HashOf(key), spent.this_minute);
    if (shown.size() == kNoisyKeysShown) break;
  }
  return shown;
}

// Once a minute: what has cost nothing since is not remembered.
void NoisyKeys::Forget(MonotonicTime now) {
  if (now - forgot_at_ < kMinute) return;
  forgot_at_ = now;
  std::erase_if(spent_, [now](const auto& entry) {
    return now - entry.second.minute_began >= kMinute && now >= entry.second.noisy_until;
  });
}

}  // namespace windlass
