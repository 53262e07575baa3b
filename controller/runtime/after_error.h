// How a sync ended, and what follows an error that ended it: a 409, a refusal, a server in trouble.
#pragma once

#include <optional>
#include <utility>

#include "controller/core/step.h"
#include "controller/runtime/unverified.h"
#include "kubeclient/base/clock.h"

namespace windlass {

// How a sync ended: tells the queue what to do with the key.
struct SyncResult {
  enum class Kind : uint8_t {
    kDone,       // no error, and nothing to do now
    kGone,       // the object is gone: nothing is kept for the key
    kConflict,   // another client was faster: retried on the event of its change, or after 1 s
    kRetry,      // back-off up to `longest`
    kForget,     // failed and is not retried: only an event or the deadline wakes the key
    kInternal,   // a fault of Windlass
    kUncertain,  // a write may have happened or not: the object of `unverified` is read (S-003)
  };
  Kind kind = Kind::kDone;
  // When to sync the key again even without an event. Used by kDone, kConflict, kRetry and kForget.
  // Without a value, kDone and kForget cancel the time that an earlier sync has set.
  std::optional<Duration> look_again_in;
  Duration longest{0};
  std::optional<Unverified> unverified;
  // When the runtime began to put off a write (Write::patience). The key's next sync gets this
  // time.
  std::optional<MonotonicTime> put_off_since{};
  int calls = 0;  // requests made
  // The object of the last write that failed because another client was faster; nullopt if there
  // was no such write.
  std::optional<std::pair<ResourceId, ObjectKey>> lost{};
  Duration at_least{0};  // the shortest back-off: the server's Retry-After
};

// Returns how the queue treats an error that ended a sync (C-015). Example: after a 409 the key
// waits for the newer version, for a second at most.
SyncResult AfterError(const Error& error, Retry retry);

}  // namespace windlass
