// Keys that cost the API server much: more than kNoisyCallsPerSync calls in one sync, or more than
// kNoisyCallsPerMinute in a minute. They are served one class later until a minute has passed
// without that, so that others do not wait for them. Core thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/clock.h"

namespace windlass {

class NoisyKeys {
 public:
  // A sync of the key ended that made so many calls. True when the key is noisy from now on and was
  // not before.
  bool Note(const ObjectKey& key, int calls, MonotonicTime now);

  bool IsNoisy(const ObjectKey& key, MonotonicTime now) const;

  // Calls within the last minute of keys that are noisy, at most kNoisyKeysShown, by a hash of
  // their names: metrics name no object.
  std::map<std::string, int> Shown(MonotonicTime now) const;

  // Keys remembered: those with calls within the last minutes.
  size_t size() const { return spent_.size(); }

 private:
  struct Spent {
    MonotonicTime minute_began;
    int this_minute = 0;
    MonotonicTime noisy_until;
  };

  void Forget(MonotonicTime now);

  std::map<ObjectKey, Spent> spent_;
  MonotonicTime forgot_at_;
};

}  // namespace windlass
