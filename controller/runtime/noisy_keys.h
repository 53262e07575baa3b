// Keys whose syncs make many calls: more than kNoisyCallsPerSync in one sync, or more than
// kNoisyCallsPerMinute in a minute. Until a minute has passed with fewer calls, the queue serves a
// noisy key with the next lower priority, so that other keys do not wait for it. Core
// thread only.
#pragma once

#include <map>
#include <optional>

#include "kubeclient/base/clock.h"
#include "kubeclient/cache/queue_key.h"

namespace windlass {

// A key becomes noisy if one of its syncs makes more calls than the first number, or its syncs
// within a minute make more calls than the second.
inline constexpr int kNoisyCallsPerSync = 10;
inline constexpr int kNoisyCallsPerMinute = 100;

class NoisyKeys {
 public:
  // Notes that a sync of the key ended after `calls` calls. Returns the key's calls within the
  // present minute if the key becomes noisy; nullopt if it does not, or was noisy already.
  std::optional<int> Note(const QueueKey& key, int calls, MonotonicTime now);

  bool IsNoisy(const QueueKey& key, MonotonicTime now) const;

  // Returns the number of keys remembered: those with calls within the last minutes.
  size_t size() const { return spent_.size(); }

 private:
  struct Spent {
    MonotonicTime minute_began;
    int this_minute = 0;
    MonotonicTime noisy_until;
  };

  void Forget(MonotonicTime now);

  std::map<QueueKey, Spent> spent_;
  MonotonicTime forgot_at_;
};

}  // namespace windlass
