// One sync: the walk of single steps for one key.
//
//   Next() → execute one request → fold the reply into the caches → Next() → …
//
// until Next returns Wait or Failed. A sync decides from the caches and from its own replies. From
// earlier syncs, Windlass keeps only little, for example late writes (after_error.h). It may lose
// all of this at any time. So a crash at any point equals a restart. Source: docs/design/002.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/core/controller.h"
#include "controller/core/step.h"
#include "controller/runtime/after_error.h"
#include "controller/runtime/fold_table.h"
#include "controller/runtime/open_question.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/base/log.h"
#include "kubeclient/base/timer_queue.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/event_recorder.h"

namespace windlass {

// The most steps of one sync, unless Controller::StepsMax returns a larger number for its key.
inline constexpr int kStepsPerSyncMax = 32;
// If the caches that led to a write are older than this, the runtime does not send the write
// (S-012).
//   - kViewAgeForRemovals: for deletions and for writes with needs_recent_view (core/step.h), such
//     as those that end Pods
//   - kViewAgeForWrites: for all other writes
// Example: the watch of ReplicaSets breaks, and then ReplicaSet A loses its Pods. For two minutes
// Windlass may still scale down ReplicaSet B as if A had its Pods.
inline constexpr Duration kViewAgeForRemovals = seconds(120);
inline constexpr Duration kViewAgeForWrites = seconds(600);
// How long one sync may last. The time in which its questions wait for answers does not
// count.
inline constexpr Duration kSyncDeadline = seconds(30);

// Everything a sync needs; all must outlive it.
struct SyncEnvironment {
  const Clock& clock;
  Log& log;
  Client& client;
  EventRecorder& events;
  FoldTable& folds;
  // In the order of QueueKey::controller.
  const std::vector<Controller*>& controllers;
  TimerQueue& timers;

  Controller& ControllerOf(const QueueKey& key) const { return *controllers.at(key.controller); }
  // Runs `consult`, which asks the controller of `key` about its object, or calls a function that
  // came with a step (Write::check, Read::digest). Returns true if `consult` ran without a fault.
  // After an exception or a failed assertion, logs why and returns false, so that a fault with one
  // object does not affect other objects. Exception: std::bad_alloc ends the process
  // (object_fault.h).
  bool Consult(const QueueKey& key, const std::function<void(Controller&)>& consult) const;
  // Each of these calls the controller's function of the same name. If that call fails (Consult),
  // Reference returns nullopt, MarksOf returns no marks, and LargestJson returns 0.
  std::optional<ObjectReference> Reference(const QueueKey& key) const;
  Marks MarksOf(const QueueKey& key) const;
  size_t LargestJson(const QueueKey& key) const;

  // Records an Event of the controller of `key`.
  void Record(const QueueKey& key, const ObjectReference& about, Event event) const {
    event.component = ControllerOf(key).component();
    event.annotations = MarksOf(key).annotations;
    events.Record(about, event);
  }
};

// The functions of the leader term that a sync calls.
struct SyncHooks {
  std::function<void(SyncResult)> done;  // called once, when the sync ends; possibly within Start
  // Called for each successful write whose reply can be decoded.
  std::function<void(const Because&)> on_decision;
  // Called for each write that fails with kForbidden. A 403 because of a quota is not kForbidden.
  std::function<void()> on_forbidden;
  // Called with the total bytes of all answers to the sync's reads and questions so far. Returns
  // false if there is no room for them. Example: after answers of 2 MB and 3 MB, it is
  // called with 5 MB.
  std::function<bool(size_t)> may_keep;
  // Runs the given function when the sync may take its next step: at once, or later if calls wait
  // for the client's rate limit. Does not run the function once the leader term is about to end
  // (Term::Drain): from then on, syncs take no further steps.
  std::function<void(std::function<void()>)> next_turn;
};

class Sync {
 public:
  // Do not destroy the Sync within `hooks.done`. If the Sync is destroyed before that call, it
  // drops the reply to the request in flight, and cancels the question that waits. `put_off_since`
  // is SyncResult::put_off_since of the key's previous sync.
  Sync(SyncEnvironment environment, QueueKey key, SyncHooks hooks,
       std::optional<MonotonicTime> put_off_since);
  ~Sync();
  Sync(const Sync&) = delete;
  Sync& operator=(const Sync&) = delete;

  // Starts the sync's first step, as soon as SyncHooks::next_turn lets it. `learned` holds what is
  // known before this step. If the API server refused the patch of a fence (term_fence.h), this is
  // the refusal; otherwise it is empty. `late` holds the late writes of the key's earlier syncs
  // (after_error.h).
  void Start(Learned learned = {}, LateWrites late = {});

  // If the sync waits for the answer to a question, cancels the question and ends the sync.
  // Otherwise does nothing.
  void StopAsking();

 private:
  void GoOn();
  void TakeStep();
  // Sets `step` to the next one, or to nullopt if the object is gone. Returns false if the planner
  // failed.
  bool Plan(std::optional<Step>& step);
  bool IsSlow() const;
  bool IsTooLong();
  void EndTooLong();
  void EndWithoutRoom();
  void EndFaulty();
  bool PutOff(const Write& write);
  bool IsViewTooOld(const Write& write);
  void Perform(Write write);
  void Perform(Read read);
  void Perform(const Wait& wait);
  void Perform(Failed failed);
  void Perform(Ask ask);
  void EndRepeated(const Write& write);
  // Ends the sync after a write with unknown outcome, or after a write whose object was gone (404).
  // Before the key's next sync, the term reads the object of `sent`.
  void EndUncertain(const Request& sent);
  void WriteAnswered(const Write& write, Result<Reply> said);
  void WriteFailed(const Write& write, Error error);
  void WriteRefused(const Write& write, Error error);
  void CountAsRefused(Write write, Error error);
  bool IsOwnStatus(const Request& request) const;
  void LogRefusal(const Write& write, const Error& error);
  void ReadAnswered(const Read& read, const Controller::ReadListener& listener, Result<Reply> said);
  void QuestionAnswered(const Ask& ask, Result<AnyValue> answer);
  // Keeps the answer to a read or a question for the next steps, and goes on. Ends the sync if
  // there is no room for the answer.
  void Learn(Outcome outcome);
  LogFields FieldsOf(const Request& request) const;
  Controller& controller() const { return environment_.ControllerOf(key_); }
  void Emit(const std::vector<Event>& events);
  void End(SyncResult result);

  SyncEnvironment environment_;
  QueueKey key_;
  SyncHooks hooks_;
  std::optional<MonotonicTime> put_off_since_;
  Learned learned_;
  LateWrites late_;
  std::optional<std::pair<ResourceId, ObjectKey>> lost_;  // SyncResult::lost
  // True if this sync did not send a write that was late twice, but counted it as refused.
  bool told_late_ = false;
  std::set<std::string> refused_;
  // True if the refusal that ended the walk is in the log. The end of the sync is then not logged.
  bool refusal_logged_ = false;
  MonotonicTime started_;
  int steps_ = 0;
  int calls_ = 0;
  Duration asking_{0};       // how long answered questions have waited
  size_t answer_bytes_ = 0;  // of the answers to reads and questions in `learned_`
  std::unique_ptr<OpenQuestion> question_;
  Lifetime lifetime_;
};

}  // namespace windlass
