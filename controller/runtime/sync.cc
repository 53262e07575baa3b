#include "controller/runtime/sync.h"

#include <algorithm>
#include <utility>

#include "controller/core/object_fault.h"
#include "kubeclient/cache/work_queue.h"

namespace windlass {
namespace {

// The longest wait before the key's next sync, if the caches were too old for a write.
constexpr Duration kOldViewRetryMax = seconds(10);
// The longest wait before the key's next sync, if there was no memory for the answers that the sync
// read.
constexpr Duration kNoRoomRetryMax = seconds(10);

// The oldest reply that a sync uses for its last step is at most kSyncDeadline + kAskingMax old. So
// the reply is never older than the caches may be for any write.
static_assert(kSyncDeadline + kAskingMax < kViewAgeForRemovals);

void Append(LogFields& fields, const LogFields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
}

// kConflict means that another client was faster, and kFenced that another process leads. Neither
// is a fault, so both are logged at level debug.
LogLevel LevelOf(ErrorKind kind) {
  return kind == ErrorKind::kConflict || kind == ErrorKind::kFenced ? LogLevel::kDebug
                                                                    : LogLevel::kWarning;
}

// The answer to a question for which the sync has no time left.
Error NotAsked() {
  return {ErrorKind::kTimeout,
          "Windlass did not send this request, because this sync has already waited " +
              std::to_string(kAskingMax / seconds(1)) + " s for answers"};
}

}  // namespace

bool SyncEnvironment::Consult(const QueueKey& key,
                              const std::function<void(Controller&)>& consult) const {
  Controller& controller = ControllerOf(key);
  return CatchFault([&] { consult(controller); },
                    [&](const char* fault) {
                      log.Error("internal error in a sync",
                                {{controller.log_field(), key.ToString()}, {"error", fault}});
                    });
}

std::optional<ObjectReference> SyncEnvironment::Reference(const QueueKey& key) const {
  std::optional<ObjectReference> reference;
  Consult(key, [&](const Controller& controller) { reference = controller.Reference(key); });
  return reference;
}

Marks SyncEnvironment::MarksOf(const QueueKey& key) const {
  Marks marks;
  Consult(key, [&](const Controller& controller) { marks = controller.MarksOf(key); });
  return marks;
}

size_t SyncEnvironment::LargestJson(const QueueKey& key) const {
  size_t bytes = 0;
  Consult(key, [&](const Controller& controller) { bytes = controller.LargestJson(key); });
  return bytes;
}

Sync::Sync(SyncEnvironment environment, QueueKey key, SyncHooks hooks,
           std::optional<MonotonicTime> put_off_since)
    : environment_(environment),
      key_(std::move(key)),
      hooks_(std::move(hooks)),
      put_off_since_(put_off_since) {}

Sync::~Sync() = default;

void Sync::Start(Learned learned, LateWrites late) {
  started_ = environment_.clock.Now();
  learned_ = std::move(learned);
  late_ = std::move(late);
  // Calls GoOn instead of TakeStep, because GoOn takes no step while the term drains. Before this
  // call, the term may have waited for a read, or for the patch of a fence, for this sync. The
  // drain may have begun during that wait.
  GoOn();
}

// Plans the next step only when its request can be sent, so that the step is based on the newest
// state of the caches.
void Sync::GoOn() {
  hooks_.next_turn(lifetime_.Guard([this] { TakeStep(); }));
}

void Sync::TakeStep() {
  if (IsTooLong()) return EndTooLong();
  std::optional<Step> step;
  if (!Plan(step)) return EndFaulty();
  if (!step) return End({SyncResult::Kind::kGone, {}, {}, {}});  // the object is gone (D-051)
  std::visit([this](auto& chosen) { Perform(std::move(chosen)); }, *step);
}

bool Sync::Plan(std::optional<Step>& step) {
  return environment_.Consult(key_, [&](Controller& controller) {
    step = controller.Next(key_, learned_, environment_.clock.Wall());
  });
}

// The wait for the answer to a question has a limit of its own (kAskingMax), and does not count
// here. If the wait counted, a late answer would come after the end of its sync. Each next sync
// would then ask again, without end.
bool Sync::IsSlow() const {
  return environment_.clock.Now() - started_ - asking_ > kSyncDeadline;
}

bool Sync::IsTooLong() {
  const int steps = steps_++;
  if (IsSlow()) return true;
  if (steps < kStepsPerSyncMax) return false;
  int most = 0;
  environment_.Consult(key_, [&](Controller& controller) { most = controller.StepsMax(key_); });
  return steps >= most;
}

// Ends a sync that took too long. If kSyncDeadline has passed, the key is retried, because the
// server is slow or our rate limit is low. Otherwise the sync took too many steps, which is an
// internal error.
void Sync::EndTooLong() {
  environment_.log.Warning(
      "a sync reached its limit of time or steps; Windlass begins it again later",
      {{controller().log_field(), key_.ToString()}, {"steps", steps_}});
  const auto kind = IsSlow() ? SyncResult::Kind::kRetry : SyncResult::Kind::kInternal;
  End({kind, {}, kRetryMax, {}});
}

// Ends the sync. The key is retried after a short back-off. Until then other syncs with large
// answers may end and free their room.
void Sync::EndWithoutRoom() {
  environment_.log.Debug(
      "no memory for the answers to this sync, because other syncs hold large answers; Windlass "
      "tries again",
      {{controller().log_field(), key_.ToString()}, {"bytes", answer_bytes_}});
  End({SyncResult::Kind::kRetry, {}, kNoRoomRetryMax, {}});
}

LogFields Sync::FieldsOf(const Request& request) const {
  LogFields fields = {{controller().log_field(), key_.ToString()}};
  Append(fields, environment_.MarksOf(key_).fields);
  fields.emplace_back("request", request.Describe());
  return fields;
}

// If `write` may wait (Write::patience), ends the sync and returns true. The next sync of the key
// comes at the end of the patience or earlier, and plans a more complete write in place of `write`.
bool Sync::PutOff(const Write& write) {
  const MonotonicTime now = environment_.clock.Now();
  const MonotonicTime since = put_off_since_.value_or(now);
  if (since + write.patience <= now) return false;
  SyncResult result{SyncResult::Kind::kDone, since + write.patience - now, {}, {}};
  result.put_off_since = since;
  End(std::move(result));
  return true;
}

// If the caches are too old for this write (S-012), or if ViewAt fails, ends the sync and returns
// true. The key is retried after a back-off, because perhaps no event wakes the key when the caches
// are up to date again.
bool Sync::IsViewTooOld(const Write& write) {
  std::optional<MonotonicTime> view_at;
  const bool told = environment_.Consult(
      key_, [&](const Controller& controller) { view_at = controller.ViewAt(write.request); });
  if (!told) {
    EndFaulty();
    return true;
  }
  if (!view_at) return false;
  const Duration age = environment_.clock.Now() - *view_at;
  const Request& request = write.request;
  const bool removes = write.needs_recent_view || request.verb() == Verb::kDelete ||
                       request.verb() == Verb::kCreateSubresource;  // such as an eviction
  if (age <= (removes ? kViewAgeForRemovals : kViewAgeForWrites)) return false;
  LogFields fields = FieldsOf(request);
  fields.emplace_back("seconds", age / seconds(1));
  environment_.log.Debug("the caches are too old for this write; waiting for the watch", fields);
  End({SyncResult::Kind::kRetry, {}, kOldViewRetryMax, {}});
  return true;
}

void Sync::Perform(Write write) {
  if (PutOff(write) || IsViewTooOld(write)) return;
  if (refused_.contains(write.request.Identity().text)) return EndRepeated(write);
  if (auto error = late_.WhyRefused(write.request)) {
    return CountAsRefused(std::move(write), *std::move(error));
  }
  const Request request = write.request;
  const bool told = environment_.Consult(
      key_, [&](Controller& controller) { controller.BeforeWrite(key_, request); });
  if (!told) return EndFaulty();
  ++calls_;
  environment_.folds.Sending(key_, request);
  environment_.client.Execute(request,
                              lifetime_.Guard([this, write = std::move(write)](Result<Reply> said) {
                                WriteAnswered(write, std::move(said));
                              }));
}

// Ends the sync after a fault that Consult has logged.
void Sync::EndFaulty() { End({SyncResult::Kind::kInternal, {}, {}, {}}); }

void Sync::EndUncertain(const Request& sent) {
  End({SyncResult::Kind::kUncertain, {}, {}, Unverified(sent, late_)});
}

// Ends the sync, because the planner plans a write that was refused in this sync already. Otherwise
// the planner would plan that write again and again.
void Sync::EndRepeated(const Write& write) {
  LogFields fields = FieldsOf(write.request);
  fields.emplace_back("error", "the planner repeats a write that the API server refused");
  environment_.log.Error("internal error in a sync", fields);
  EndFaulty();
}

void Sync::WriteAnswered(const Write& write, Result<Reply> said) {
  if (!said.ok()) return WriteFailed(write, std::move(said).error());
  const Status folded = environment_.folds.Written(key_, write.request, *said);
  if (!folded.ok()) {
    // The write happened, but its result is not known. So the sync ends as after a write without an
    // answer.
    LogFields fields = FieldsOf(write.request);
    fields.emplace_back("error", folded.error().message);
    environment_.log.Warning("the reply to a write could not be decoded", fields);
    return EndUncertain(write.request);
  }
  std::optional<Outcome> outcome;  // nullopt after a fault in Write::check; the write has happened
  environment_.Consult(key_,
                       [&](const Controller&) { outcome = OutcomeOf(write, std::move(said)); });
  if (environment_.log.Enabled(LogLevel::kInfo)) {
    LogFields fields = FieldsOf(write.request);
    Append(fields, write.because.numbers);
    if (outcome && outcome->not_kept()) {
      fields.emplace_back("not_kept", outcome->kept->error().message);
    }
    environment_.log.Info(write.because.decision.name, fields);
  }
  // Usually a write that an earlier sync put off is contained in this status write, so nothing is
  // put off any more. Exception: the status write that counts a name collision does not contain it.
  // The patience of the write that was put off then begins anew.
  if (IsOwnStatus(write.request)) put_off_since_.reset();
  late_.Forget(write.request);
  if (hooks_.on_decision) hooks_.on_decision(write.because);
  controller().Written(write.because);
  if (!outcome) return EndFaulty();
  if (outcome->tells) Emit(write.on_success);
  learned_.push_back(*std::move(outcome));
  GoOn();
}

void Sync::WriteFailed(const Write& write, Error error) {
  controller().NotWritten(write.because, error);
  if (error.kind == ErrorKind::kForbidden && hooks_.on_forbidden) hooks_.on_forbidden();
  if (error.kind == ErrorKind::kAmbiguous) {
    LogFields fields = FieldsOf(write.request);
    fields.emplace_back("error", error.message);
    environment_.log.Warning(
        "it is not known whether a write happened; Windlass reads the object before it writes "
        "again",
        fields);
    late_.Note(write.request, error);
    return EndUncertain(write.request);
  }
  environment_.folds.NotWritten(key_);
  WriteRefused(write, std::move(error));
}

void Sync::WriteRefused(const Write& write, Error error) {
  if (!write.go_on_if_refused || IsOwnStatus(write.request)) LogRefusal(write, error);
  // kNotFound: the object is gone, but the cache still shows it, perhaps because the watch lags or
  // is broken. The term reads the object before the key's next sync (S-003), if the sync cannot go
  // on without the object, or if the write was the key's own status. Without this read
  // - each sync of a Deployment that is gone would create a ReplicaSet for the garbage collector to
  //   delete, until the watch is opened anew
  // - the Pods of a ReplicaSet that is gone would count as available, so Windlass would remove too
  //   many old Pods
  const bool goes_on = GoesOnAfter(write, error.kind);
  if (error.kind == ErrorKind::kNotFound && (!goes_on || IsOwnStatus(write.request))) {
    return EndUncertain(write.request);
  }
  if (error.kind == ErrorKind::kConflict) lost_ = {write.request.resource(), write.request.key()};
  if (!goes_on) return End(AfterError(error, Retry::kBackOff));
  refused_.insert(write.request.Identity().text);
  learned_.push_back(OutcomeOf(write, std::move(error)));
  GoOn();
}

// Counts `write` as refused, without sending it, because it was late twice (after_error.h). The
// sync then usually goes on as after any refusal: the webhook that delays `write` may not delay
// writes to other objects.
//
// Exception: this sync has counted another write as refused for this reason before. The planner
// then writes only the status (Outcome::ends_walk), so that the sync does not take too long. This
// does not apply to a creation or a status write: the planner ends the sync by itself after such a
// refusal.
void Sync::CountAsRefused(Write write, Error error) {
  const bool ends_itself = write.request.verb() == Verb::kCreate || IsOwnStatus(write.request);
  if (std::exchange(told_late_, true) && !ends_itself) write.go_on_if_refused = false;
  WriteRefused(write, std::move(error));
}

bool Sync::IsOwnStatus(const Request& request) const {
  return request.subresource() == "status" && request.key() == key_;
}

void Sync::LogRefusal(const Write& write, const Error& error) {
  refusal_logged_ = refusal_logged_ || !write.go_on_if_refused;
  const LogLevel level = LevelOf(error.kind);
  if (!environment_.log.Enabled(level)) return;
  LogFields fields = FieldsOf(write.request);
  Append(fields, write.because.numbers);
  fields.emplace_back("reason", Name(error.kind));
  fields.emplace_back("error", error.message);
  const std::string refused = "refused: " + std::string(write.because.decision.name);
  environment_.log.Write(level, refused, fields);
}

void Sync::Perform(Read read) {
  const Request request = read.request;
  Controller::ReadListener listener;
  const bool told = environment_.Consult(
      key_, [&](Controller& controller) { listener = controller.BeforeRead(key_, request); });
  if (!told) return EndFaulty();
  ++calls_;
  environment_.client.Execute(
      request,
      lifetime_.Guard([this, read = std::move(read), listener = std::move(listener)](
                          Result<Reply> said) { ReadAnswered(read, listener, std::move(said)); }));
}

void Sync::ReadAnswered(const Read& read, const Controller::ReadListener& listener,
                        Result<Reply> said) {
  if (said.ok()) {
    const Status folded = environment_.folds.Read(key_, read.request, *said);
    if (!folded.ok()) said = folded.error();
  }
  if (!said.ok() && !GoesOnAfter(read, said.error().kind)) {
    LogFields fields = FieldsOf(read.request);
    Append(fields, {{"why", read.why}, {"error", said.error().message}});
    environment_.log.Warning("uncached read failed", fields);
    SyncResult result = AfterError(said.error(), Retry::kBackOff);
    // A client that may write an object may usually read it, too. So a forbidden read is probably a
    // mistake that is repaired soon, and is retried more often than a forbidden write.
    result.longest = std::min(result.longest, kRetryMax);
    return End(std::move(result));
  }
  std::optional<Outcome> outcome;
  const bool digested = environment_.Consult(
      key_, [&](const Controller&) { outcome = OutcomeOf(read, std::move(said)); });
  if (!digested) return EndFaulty();
  if (listener) listener(*outcome);
  Learn(*std::move(outcome));
}

void Sync::Learn(Outcome outcome) {
  if (outcome.said.ok()) answer_bytes_ += outcome.said->body.size() + outcome.value.bytes();
  if (hooks_.may_keep && !hooks_.may_keep(answer_bytes_)) return EndWithoutRoom();
  learned_.push_back(std::move(outcome));
  GoOn();
}

void Sync::Perform(Ask ask) {
  const Duration left = kAskingMax - asking_;
  if (left <= Duration{0}) return QuestionAnswered(ask, NotAsked());
  ask.deadline = std::min(ask.deadline, left);
  const MonotonicTime asked_at = environment_.clock.Now();
  const auto answered = [this, ask, asked_at](Result<AnyValue> answer) {
    asking_ += environment_.clock.Now() - asked_at;
    QuestionAnswered(ask, std::move(answer));
  };
  question_ =
      std::make_unique<OpenQuestion>(environment_.clock, environment_.timers, ask, answered);
  const bool sent = environment_.Consult(key_, [&](Controller& controller) {
    question_->CancelBy(controller.Send(ask, question_->Handler()));
  });
  if (sent) return;
  question_.reset();
  EndFaulty();
}

void Sync::QuestionAnswered(const Ask& ask, Result<AnyValue> answer) {
  question_.reset();
  if (answer.ok() || ask.go_on_if_failed) return Learn(OutcomeOf(ask, std::move(answer)));
  LogFields fields = {{controller().log_field(), key_.ToString()}};
  Append(fields, environment_.MarksOf(key_).fields);
  Append(fields, {{"question", ask.key}, {"why", ask.why}, {"error", answer.error().message}});
  environment_.log.Warning("a question failed", fields);
  // AfterError is not used here, because it treats each error as an answer of the API server. The
  // error of a question comes from elsewhere.
  SyncResult result{SyncResult::Kind::kRetry, {}, kRetryMax, {}};
  result.at_least = milliseconds(answer.error().retry_after_ms);
  End(std::move(result));
}

void Sync::StopAsking() {
  if (question_ == nullptr) return;
  question_.reset();
  End({SyncResult::Kind::kRetry, {}, kRetryMax, {}});
}

void Sync::Perform(const Wait& wait) {
  Emit(wait.events);
  End({SyncResult::Kind::kDone, wait.look_again_in, {}, {}});
}

void Sync::Perform(Failed failed) {
  Emit(failed.events);
  const LogLevel level = LevelOf(failed.error.kind);
  if (!refusal_logged_ && environment_.log.Enabled(level)) {
    LogFields fields = {{controller().log_field(), key_.ToString()}};
    Append(fields, environment_.MarksOf(key_).fields);
    Append(fields, {{"reason", Name(failed.error.kind)}, {"error", failed.error.message}});
    environment_.log.Write(level, "sync failed", fields);
  }
  SyncResult result = AfterError(failed.error, failed.retry);
  if (failed.is_urgent) result.longest = std::min(result.longest, kRetryMax);
  result.look_again_in = failed.look_again_in;
  End(std::move(result));
}

void Sync::Emit(const std::vector<Event>& events) {
  if (events.empty()) return;
  const std::optional<ObjectReference> own = environment_.Reference(key_);
  for (const Event& event : events) {
    if (event.about) {
      environment_.Record(key_, *event.about, event);
    } else if (own) {
      environment_.Record(key_, *own, event);
    }
  }
}

void Sync::End(SyncResult result) {
  result.calls = calls_;
  result.lost = std::move(lost_);
  // An earlier sync may have put off a write, since put_off_since_.
  //   - If this sync failed: the write is still not sent, and its patience still counts from
  //     put_off_since_. So the next sync gets this time.
  //   - If the object is gone: the write is void, and the time is dropped. Otherwise the patience
  //     for a new object with the same name would count from this time.
  //   - If the sync is done: PutOff has set the time in `result` if a write is put off now.
  using Kind = SyncResult::Kind;
  if (result.kind != Kind::kDone && result.kind != Kind::kGone) {
    result.put_off_since = put_off_since_;
  }
  const auto done = std::move(hooks_.done);
  done(std::move(result));
}

}  // namespace windlass
