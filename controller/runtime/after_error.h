// How a sync ended, and what Windlass does after an error that ended a sync: a 409, a refusal, a
// server in trouble, a write whose outcome is unknown.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "controller/core/step.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass {

// --- a write whose outcome is unknown ---
//
//   1. The sync that sent the write ends. Before Windlass decides anything else for the key, the
//      runtime reads the object, uncached (S-003). The next sync then plans with the object as it
//      was read.
//   2. A write of unknown outcome is called late in two cases:
//        - The API server did not complete the write in time. Example: an admission webhook does
//          not answer.
//        - The API server answered with an error that leaves open whether the write happened.
//          Example: a 500, because the patch that a webhook returned cannot be applied.
//      If a sync plans a late write again, Windlass sends the write a second time. If that try is
//      late as well, the sync that plans the write for the third time does not send it. That sync
//      counts the write as refused with kTimeout, reports the refusal in the status, and fails
//      (S-018).
//   3. After the back-off, Windlass tries the write anew.
//
// So if the API server never completes a write, users see that in a condition. The counters in the
// status and the progress deadline still work meanwhile. There is no such condition
//   - if a write is late only once, for example while etcd elects a leader
//   - if the connection of a write was reset

// Returns true if a write that failed with `error`, whose kind is kAmbiguous, is late.
bool CountsAsLate(const Error& error);

// The late writes of one key. Each sync passes the late writes to the key's next sync, until a sync
// ends without a write of unknown outcome.
class LateWrites {
 public:
  // Call before each sync of the key. `own` is the uid of the key's object; zero if the object is
  // gone. Forgets the late writes of syncs of another object. Example: a Deployment is deleted and
  // created anew while the creation of its ReplicaSet is late. The new Deployment creates a
  // ReplicaSet of the same name. The late creation does not count for the new Deployment.
  void BeginSync(const Uid& own);
  // Call when `request` failed with `error`, whose kind is kAmbiguous. If CountsAsLate(error),
  // counts one more late try of `request`. Any other error, such as a reset connection, does not
  // count.
  void Note(const Request& request, const Error& error);
  // Call when `request` has succeeded: it is no longer late.
  void Forget(const Request& request);
  // If `request` was late twice, so that it must not be sent, returns the error with which it
  // counts as refused. Otherwise returns nullopt.
  std::optional<Error> WhyRefused(const Request& request) const;

 private:
  struct Late {
    RequestKey asked;
    // The uid of the written object; zero for a creation. So late writes of one object do not count
    // for another object of the same name.
    Uid uid;
    Error error;
    int times = 0;

    bool Is(const Request& request) const { return request.uid() == uid && request.IsLike(asked); }
  };
  Uid own_;                 // the uid of the key's object
  std::vector<Late> late_;  // few: after holding back two writes, a sync writes only the status
};

// A write whose outcome is unknown, or whose object was gone (404). The term keeps it until the
// object has been read.
struct Unverified {
  // Drops the body of `sent` to save memory, because many Unverified may be kept for a long time.
  Unverified(const Request& sent, LateWrites until_now)
      : request(sent.WithoutBody()), late(std::move(until_now)) {}

  Request request;
  LateWrites late;  // of the key's syncs until now; contains `request` only if that was late
};

// --- the end of a sync ---

// How a sync ended. This decides what the queue does with the key.
struct SyncResult {
  enum class Kind : uint8_t {
    kDone,       // no error, and nothing to do now
    kGone,       // the object is gone: nothing is kept for the key
    kConflict,   // another client changed or removed the object first: retried when the watch
                 // shows that, or after 1 s. From the kConflictsMax-th conflict in a row on, a
                 // back-off replaces the 1 s
    kRetry,      // failed: retried after a back-off of at most `longest`
    kForget,     // failed and is not retried: only an event or `look_again_in` wakes the key
    kInternal,   // a fault of Windlass
    kUncertain,  // a write may have happened or not, or its object was gone (404): the term reads
                 // the object of `unverified` before the key's next sync (S-003)
  };
  Kind kind = Kind::kDone;
  // After how long to sync the key again even without an event, for kDone, kConflict, kRetry and
  // kForget. If nullopt, kDone and kForget cancel a time that an earlier sync has set; kConflict
  // and kRetry keep that time.
  std::optional<Duration> look_again_in;
  Duration longest{0};
  std::optional<Unverified> unverified;
  // When the runtime began to put off a write (Write::patience). The key's next sync gets this time
  // from the term.
  std::optional<MonotonicTime> put_off_since{};
  int calls = 0;  // requests made
  // The object of the last write that failed because another client had changed the object first
  // (409); nullopt if there was no such write.
  std::optional<std::pair<ResourceId, ObjectKey>> lost{};
  Duration at_least{0};  // the shortest back-off: the server's Retry-After
};

// Returns how the queue treats the key of a sync that ended with `error` (C-015). Example: after a
// single 409, the key waits until the watch shows the newer version, but at most one second.
SyncResult AfterError(const Error& error, Retry retry);

}  // namespace windlass
