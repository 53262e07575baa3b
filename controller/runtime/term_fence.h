// Makes late writes of a former leader fail (L-012).
//
// The resourceVersion in a write protects one object, but not a decision that depends on several
// objects. Example: the former leader's scale-up of ReplicaSet A may arrive after the new leader
// has scaled up ReplicaSet B. Both together may be too many Pods. So after a take-over, before
// Windlass does anything else for a key, the fence sends the patches of Controller::FenceWrites,
// called touches. Each touch raises the resourceVersion of an object that a late write could
// change. Every write that names an older version then fails. The fence cannot make a late creation
// fail.
//
// Only the new version matters. Nothing reads the annotation that a touch writes: another client
// may remove it later, and a webhook may change other fields in the same write. But if a webhook
// removes the annotation from the touch itself, nothing is left to store. The API server then
// answers with success, and the object keeps its version, so late writes still succeed. The fence
// takes this as a refusal of the touch (WhyNotRaised).
//
// Two failures hold up the key until kLateWritesMax after the beginning of the term:
//   - The API server refuses a touch. Example: a validating policy forbids it.
//   - A touch is late twice (after_error.h).
//
// After kLateWritesMax no late write can arrive, so the fence of an object counts as raised even if
// its touch fails. The fence still sends each touch that was not late twice, because the touch also
// helps in the case that kLateWritesMax leaves out. The fence goes on without a touch
//   - as soon as the API server refuses the touch
//   - as soon as the touch is late. The key has then waited for one kCallDeadline
//   - when the outcome of a touch of the object is unknown for the second time in the term, even if
//     no touch is late. Example: the connection was reset. The key has then waited for one back-off
//     of the queue
//
// Core thread only.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "controller/core/decision.h"
#include "controller/runtime/sync.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/call_deadlines.h"

namespace windlass {

inline constexpr Decision kFenceOffFormerLeader{"fence off writes of the former leader"};

// When a term is this old, no late write of the former leader can arrive any more. The former
// leader's permit to write ended before the term began. So the former leader wrote its last byte
// before that time. The 60 s are made up of
//   - 30 s (kPeerSilenceMax), for which the kernel of the former leader's machine may send this
//     byte again
//   - 9 s, after which the API server gives up a write that it has received: one second less than
//     kCallDeadline (LimitWrite)
//   - about 20 s for a proxy that delays the write, and for an etcd that is slow
// One case is left out: the kernel took the byte, and then the machine froze. The 30 s do not pass
// in a frozen machine, so the kernel may send the byte when the machine thaws.
inline constexpr seconds kLateWritesMax{60};
static_assert(kLateWritesMax > seconds(30) + kCallDeadline);
// Per term, Windlass logs at most this many objects whose fence counts as raised after a failure.
inline constexpr int kUnfencedToldMax = 20;

class TermFence {
 public:
  // Construct the fence when the term begins: kLateWritesMax counts from the construction.
  // Everything in `environment` must outlive the fence. `term` identifies this term; it becomes the
  // value of the annotation kTermAnnotation. Destroying the fence drops the replies of requests in
  // flight.
  TermFence(SyncEnvironment environment, std::string term);
  ~TermFence();
  TermFence(const TermFence&) = delete;
  TermFence& operator=(const TermFence&) = delete;

  // Call when the object of `key` is gone. A new object of the same name then needs a new fence.
  void Forget(const QueueKey& key) {
    raised_.erase(key);
    held_.erase(key);
  }

  // Called with a key whose next sync need not wait for the back-off. May be null. Called
  // - kLateWritesMax after the beginning of the term, with each key whose fence is not raised
  //   because a touch was refused, was not kept, or had an unknown outcome
  // - after that time, with a key for which the fence goes on without a touch of unknown outcome
  std::function<void(const QueueKey&)> on_late_writes_over;

  // Raises the fence for `key`, and calls `done` once, possibly before Raise returns. `late` holds
  // the late writes of this process, from the key's earlier syncs (after_error.h).
  //
  // The SyncResult that `done` gets is one of
  // - kDone: the fence is raised. Late writes of the former leader to the touched objects fail, or
  //   no late write can arrive any more.
  // - kDone with a refusal in `refused`: before kLateWritesMax had passed, the API server refused a
  //   touch or did not keep it, or the touch was late twice (after_error.h). The fence is not
  //   raised. The sync then writes only the status.
  // - kDone with an empty `refused`, but without a raised fence: Controller::FenceWrites returned
  //   nullopt. The sync then writes nothing. If an object cannot be decoded, the sync reports that
  //   to the user.
  // - Any other result: the fence is not raised. The caller must end the key's sync with this
  //   result.
  //
  // With kDone, `done` also gets the late writes with which to start the sync. These late writes
  // include no touch that has succeeded, and no touch that the fence goes on without. Otherwise the
  // sync would take another patch of the same object for such a touch.
  using Done = std::function<void(SyncResult, Learned refused, LateWrites late)>;
  void Raise(const QueueKey& key, const LateWrites& late, Done done);

 private:
  bool AreLateWritesOver() const { return environment_.clock.Now() >= late_writes_end_; }
  std::optional<Error> WhyNotRaised(const Request& touch, const Reply& reply);
  std::optional<Error> WhyNotSent(const Request& touch, const LateWrites& late) const;
  void OutcomeUnknown(const QueueKey& key, const Request& touch, const Error& error,
                      LateWrites& late);
  void GoOnUnfenced(const QueueKey& key, const Request& touch, const Error& why, LateWrites& late);
  void Hold(const QueueKey& key);
  void Answered(const QueueKey& key, const Request& request, Result<Reply> said, LateWrites late,
                Done done);

  SyncEnvironment environment_;
  const std::string term_;
  const MonotonicTime late_writes_end_;     // the beginning of the term + kLateWritesMax
  const std::string late_writes_end_text_;  // the same time as users read it, rounded up
  std::set<QueueKey> raised_;
  std::set<Uid> touched_;  // kept here, because other clients may remove kTermAnnotation
  // The version that the first touch of this term named, for each object whose touch was not kept.
  // No late write of the former leader names a later version.
  std::map<Uid, std::string> unraised_;
  std::set<Uid> unknown_;  // objects of which a touch had an unknown outcome in this term
  // The reported error, for each object whose touch was late twice in this term. It is kept here,
  // because the late writes of a key (LateWrites) are forgotten earlier.
  std::map<Uid, Error> late_twice_;
  std::set<QueueKey> held_;  // keys that on_late_writes_over is to be called for
  TimerId held_timer_ = 0;   // not 0 if `held_` had a key
  int unfenced_told_ = 0;
  Lifetime lifetime_;
};

}  // namespace windlass
