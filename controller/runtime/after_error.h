// How a sync ended, and what follows an error that ended it: a 409, a refusal, a server in trouble,
// a write whose outcome is unknown.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "controller/core/step.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass {

// --- a write whose outcome is unknown ---
//
//   1. The sync that sent the write ends. Before anything else is decided for its key, the runtime
//      reads the object, uncached (S-003). Then a sync plans from what was read.
//   2. A late write is sent once more if a sync plans it again. A write is late if
//        - it was not completed in time, for example because an admission webhook does not answer;
//        - or the answer is an error that leaves open whether the write happened. Example: a 500,
//          because the patch that a webhook returned does not apply.
//      If the second try is late as well, the sync that plans the write for the third time does not
//      send it. The write counts as refused with kTimeout. That sync reports the refusal in the
//      status, and fails (S-018).
//   3. After the back-off, the write is tried anew.
//
// So a condition shows users a write that is never completed. Such a write stops neither the
// counters of the status nor the progress deadline. No condition shows a write that is late only
// once, for example because etcd elects a leader, or a write whose connection was reset.

// The late writes of one key. One sync hands them on to the next, until a sync ends without a write
// of unknown outcome.
class LateWrites {
 public:
  // Call when `request` failed with `error`, of kind kAmbiguous. Counts a late try of `request` if
  // `error` has an HTTP status of at least 400 or is kNoAnswer, but not if a connection was reset.
  void Note(const Request& request, const Error& error);
  // Call when `request` has succeeded: it is no longer late.
  void Forget(const Request& request);
  // Returns the error with which `request` counts as refused, if it must not be sent. Returns
  // nullopt if it may be sent.
  std::optional<Error> WhyRefused(const Request& request) const;

 private:
  struct Late {
    RequestKey asked;
    Error error;
    int times = 0;
  };
  std::vector<Late> late_;  // few: a sync ends its walk at the second late write it does not send
};

// A write whose outcome is unknown, or whose object was gone (404), until the object has been read.
struct Unverified {
  // Drops the body: many Unverified objects may wait for a long time.
  Unverified(const Request& sent, LateWrites until_now)
      : request(sent.WithoutBody()), late(std::move(until_now)) {}

  Request request;
  LateWrites late;  // of the key's syncs until now; includes `request` only if it was late
};

// --- the end of a sync ---

// How a sync ended. From it follows what the queue does with the key.
struct SyncResult {
  enum class Kind : uint8_t {
    kDone,       // no error, and nothing to do now
    kGone,       // the object is gone: nothing is kept for the key
    kConflict,   // another client was faster: retried on the event of its change, or after 1 s;
                 // from kConflictsMax in a row on, a back-off takes the place of the 1 s
    kRetry,      // back-off up to `longest`
    kForget,     // failed and is not retried: only an event or `look_again_in` wakes the key
    kInternal,   // a fault of Windlass
    kUncertain,  // a write may have happened or not, or its object was gone (404): the object of
                 // `unverified` is read (S-003)
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

// Returns how the queue treats an error that ended a sync (C-015). Example: after a single 409 the
// key waits for the newer version, for a second at most.
SyncResult AfterError(const Error& error, Retry retry);

}  // namespace windlass
