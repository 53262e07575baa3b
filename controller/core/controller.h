// The interface between the runtime and a controller. The runtime owns the queue, the leader term
// and the syncs, and does not know the types of objects. A controller knows the objects of one
// kind. It reads its caches, names the next step for an object, and sends no request to the API
// server.
//
//   key ──▶ Next ──▶ Step ──▶ the runtime performs it, folds the reply into the caches ──▶ Next …
//
// Core thread only.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "kubeclient/api/object_meta.h"
#include "kubeclient/api/request.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/result.h"

namespace windlass {

// The marks of one rollout. Log lines and Events of the rollout carry them, so that users can find
// these lines and Events.
struct Marks {
  LogFields fields{};                                // {"rollout_id", "3f2a9c1e-7"}
  std::map<std::string, std::string> annotations{};  // set on each Event
};

class Controller {
 public:
  Controller() = default;
  virtual ~Controller() = default;
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // The kind of the controller's objects ("Deployment"), and the log field that names one of them
  // ("deployment"). String literals: both outlive the controller.
  virtual std::string_view kind() const = 0;
  virtual std::string_view log_field() const = 0;
  // The component that Events of this controller name as their reporter: "deployment-controller".
  virtual std::string_view component() const = 0;

  // Returns the next step for the object `key`; nullopt if the object is gone. Decides from the
  // caches as they are now and from `learned`, the answers that this sync got so far. `now` is the
  // time that the step may write into the object. After nullopt, the runtime forgets all that it
  // keeps for the key.
  virtual std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime now) = 0;

  // Returns the most steps that one sync of `key` may take. A number below kStepsPerSyncMax
  // (runtime/sync.h) counts as kStepsPerSyncMax. The runtime ends a longer sync with an internal
  // error: it would probably never end by itself.
  virtual int StepsMax(const ObjectKey& /*key*/) const { return 0; }

  // Returns the JSON size of the largest object that a sync of `key` may read or write. The runtime
  // runs only a few syncs of large objects at a time (runtime/large_objects.h). Returns 0 if every
  // object is smaller than kLargeJsonBytes (object_meta.h).
  virtual size_t LargestJson(const ObjectKey& /*key*/) const { return 0; }

  // Returns the object as Events refer to it; nullopt if the object is gone.
  virtual std::optional<ObjectReference> Reference(const ObjectKey& key) const = 0;

  // Returns the marks of the rollout that the object `key` is in; none if the object is gone.
  virtual Marks MarksOf(const ObjectKey& /*key*/) const { return {}; }

  // Returns patches that raise the resourceVersions of objects, in the order in which to send them.
  // A late write of the former leader then fails, because it names an older version. `term`
  // identifies the present term. The runtime calls this function again after each patch, and skips
  // objects that it has patched in this term (L-012).
  //
  // Returns nullopt if the latest version of an object cannot be decoded. In that case Next must
  // return no Write for `key`. If the object of `key` is gone, returns nullopt or no patch.
  virtual std::optional<std::vector<Request>> FenceWrites(const ObjectKey& key,
                                                          std::string_view term) const = 0;

  // Returns when the caches that led to `write` were last known to match the API server. If several
  // caches led to it, returns the earliest of their times. Returns nullopt if no cache did.
  virtual std::optional<MonotonicTime> ViewAt(const Request& /*write*/) const {
    return std::nullopt;
  }

  // Called before the runtime sends the uncached `read` for `key`. Returns a listener, which may be
  // null. The runtime calls the listener with the outcome of the read, unless the read ends the
  // sync.
  using ReadListener = std::function<void(const Outcome&)>;
  virtual ReadListener BeforeRead(const ObjectKey& /*key*/, const Request& /*read*/) {
    return nullptr;
  }

  // Called before the runtime sends `write` for `key`. Not called for a write that Next returned
  // and that the runtime does not send, for example because the caches are too old for it. No
  // answer to such a write comes.
  virtual void BeforeWrite(const ObjectKey& /*key*/, const Request& /*write*/) {}

  // Sends the question of an Ask that Next returned. Calls `answer` at most once, after Send has
  // returned. Returns a function that cancels the question, or null if the question cannot be
  // cancelled. The runtime calls the returned function when it stops waiting for the answer: after
  // ask.deadline, or when the leader term drains (Term::Drain) or ends. The runtime ignores an
  // answer that comes later.
  // A controller whose Next returns an Ask overrides Send.
  using AnswerHandler = std::function<void(Result<AnyValue>)>;
  using CancelQuestion = std::function<void()>;
  virtual CancelQuestion Send(const Ask& /*ask*/, AnswerHandler /*answer*/) {
    WL_ASSERT(!"this controller asks no questions");
    return nullptr;
  }

  // The runtime calls Written after each successful write of a sync, and NotWritten after each
  // write that failed or got no answer. The runtime calls neither of them
  //   - if it cannot decode the reply to a successful write
  //   - for a write that it counts as refused without sending it (S-018)
  //   - if the leader term ends before the answer arrives
  virtual void Written(const Because& /*because*/) {}
  virtual void NotWritten(const Because& /*because*/, const Error& /*error*/) {}
};

}  // namespace windlass
