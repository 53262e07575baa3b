// Keys whose syncs make many calls (kNoisyCallsPerSync, kNoisyCallsPerMinute). The queue serves a
// noisy key with the next lower priority, so that other keys do not wait for it. A key is
// noisy until one minute after the end of its last sync that exceeded one of the two numbers. Core
// thread only.
#pragma once

#include <map>
#include <optional>

#include "kubeclient/base/clock.h"
#include "kubeclient/cache/queue_key.h"

namespace windlass {

// A key becomes noisy if it makes more than kNoisyCallsPerSync calls in one sync, or more than
// kNoisyCallsPerMinute in a minute. A minute of counting begins when a sync ends and the previous
// minute is over.
// Example: 9 syncs with 10 calls each end at 0 to 59 s, and 9 more at 60 to 65 s. The key is not
// noisy: each of the two minutes has only 9 * 10 = 90 calls.
inline constexpr int kNoisyCallsPerSync = 10;
inline constexpr int kNoisyCallsPerMinute = 100;

class NoisyKeys {
 public:
  // Notes that a sync of the key ended after `calls` calls. If this makes the key noisy, and the
  // key was not noisy before, returns the number of the key's calls in the present minute.
  // Otherwise returns nullopt.
  std::optional<int> Note(const QueueKey& key, int calls, MonotonicTime now);

  bool IsNoisy(const QueueKey& key, MonotonicTime now) const;

  // Returns the number of keys remembered. A key that makes no more calls is forgotten, two minutes
  // later at the latest, by the next Note of any key.
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
