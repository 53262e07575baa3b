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
    kDone,       // look_again_in arms the deadline slot; also in kConflict, kRetry, kForget
    kGone,       // the object is gone: nothing is kept for the key
    kConflict,   // lost a race: a newer version wakes the key, within a second at the latest
    kRetry,      // back-off up to `longest`
    kForget,     // failed and is not retried: only an event or the deadline wakes the key
    kInternal,   // our own fault
    kUncertain,  // a write of ours may have happened or not: first verify `unverified` (S-003)
  };
  Kind kind = Kind::kDone;
  std::optional<Duration> look_again_in;  // nullopt: kDone and kForget clear the slot
  Duration longest{0};
  std::optional<Unverified> unverified;
  // When the runtime began to put off a write (Write::patience). The key's next sync gets this
  // time.
  std::optional<MonotonicTime> put_off_since{};
  int calls = 0;  // requests made
  // What the last write that lost a race wanted to change; nullopt if no write lost a race.
  std::optional<std::pair<ResourceId, ObjectKey>> lost{};
  Duration at_least{0};  // the shortest back-off: the server's Retry-After
};

// Returns how the queue treats an error that ended a sync (C-015). Example: after a 409 the key
// waits for the newer version, for a second at most.
SyncResult AfterError(const Error& error, Retry retry);

}  // namespace windlass
