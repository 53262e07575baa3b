#include "controller/runtime/term.h"

#include <utility>

namespace windlass {
namespace {

// Retries of one namespace get one tenth of the client's rate. Even if every sync in that namespace
// fails, nine tenths of the rate are left for the other namespaces (D-521).
constexpr int kRetryRateShare = 10;
// If this many syncs in a row lost a race for the same object, an Event tells users.
constexpr int kConflictsTold = 10;

// Returns the rate at which retries of one namespace may send requests; no limit if the client has
// no limit. Example: the client may send 50 requests per second, and 100 at once. Then the retries
// of one namespace may send 5 per second, and 10 at once.
RetryRate RetryRateOf(const ClientOptions& client) {
  return {.per_second = client.qps / kRetryRateShare, .burst = client.burst / kRetryRateShare};
}

}  // namespace

Term::Term(SyncEnvironment environment, Random& random, TimerQueue& timers, int syncs_max,
           ControllerCounters& counters, std::optional<std::string> taken_over_as)
    : environment_(environment),
      timers_(timers),
      syncs_max_(syncs_max),
      counters_(counters),
      queue_(environment.clock, random, timers, syncs_max,
             RetryRateOf(environment.client.options()), [this] { SchedulePump(); }) {
  if (taken_over_as) {
    fence_.emplace(environment_, std::move(*taken_over_as));
    fence_->on_late_writes_over = [this](const QueueKey& key) { Add(key, Wake::kObjectChange); };
  }
  environment_.client.on_free = [this] { SchedulePump(); };
  environment_.folds.write_may_arrive = [this] { return environment_.client.write_may_arrive(); };
  queue_.is_noisy = [this](const QueueKey& key) {
    return noisy_keys_.IsNoisy(key, environment_.clock.Now());
  };
  queue_.may_begin = [this](const QueueKey& key) {
    return large_.Take(key, environment_.LargestJson(key));
  };
  queue_.on_queue_duration = [this](Duration d) { counters_.queue_duration.Observe(d); };
  queue_.on_work_duration = [this](Duration d) { counters_.work_duration.Observe(d); };
}

Term::~Term() {
  lifetime_.End();
  environment_.client.on_free = nullptr;
  environment_.folds.ForgetWrites();
  environment_.folds.write_may_arrive = nullptr;
  timers_.Cancel(pump_);
}

void Term::Drain() {
  draining_ = true;
  std::vector<Sync*> syncs;  // a sync that ends leaves `syncs_`, and lives until the next pump
  for (const auto& [key, sync] : syncs_) syncs.push_back(sync.get());
  for (Sync* sync : syncs) sync->StopAsking();
}

// Takes keys from the queue in a later turn of the event loop, never within the event that made the
// keys ready.
void Term::SchedulePump() {
  if (pump_ != 0) return;
  pump_ = timers_.At(environment_.clock.Now(), [this] {
    pump_ = 0;
    Pump();
  });
}

// Returns true if a sync may begin or go on now. While calls wait for the rate limit, keys stay in
// the queue: several wake-ups of a key become one sync, which decides on the newest state.
bool Term::free_to_go_on() const { return !draining_ && !environment_.client.congested(); }

void Term::Pump() {
  ended_.clear();
  for (int count = 0; free_to_go_on() && GoOnOrBegin(); ++count) {
    if (count + 1 == kSyncsPerTurn) return SchedulePump();
  }
}

// Lets one sync go on, or begins the sync of one key; returns false if there is nothing to do.
// Syncs that have begun go first, so that few objects are half done. Exception: a user's spec
// change.
bool Term::GoOnOrBegin() {
  const bool may_begin = static_cast<int>(syncs_.size()) < syncs_max_;
  if (may_begin && (waiting_.empty() || queue_.user_waits())) {
    if (const std::optional<QueueKey> key = queue_.Get()) {
      Begin(*key);
      return true;
    }
  }
  if (waiting_.empty()) return false;
  waiting_.Next()();
  return true;
}

void Term::Begin(const QueueKey& key) {
  ++counters_.syncs;
  SyncHooks hooks;
  hooks.done = [this, key](const SyncResult& result) { Ended(key, result); };
  const std::string_view kind = environment_.ControllerOf(key).kind();
  hooks.on_decision = [this, kind](const Because& because) {
    ++counters_.decisions[{kind, because.decision}];
  };
  hooks.on_forbidden = on_forbidden;
  hooks.may_keep = [this, key](size_t bytes) { return large_.Keep(key, bytes); };
  hooks.next_turn = [this, key](std::function<void()> go_on) {
    if (free_to_go_on()) return go_on();
    waiting_.Add(key.namespace_, std::move(go_on));
  };
  const auto put_off = put_off_.extract(key);
  auto sync = std::make_unique<Sync>(
      environment_, key, std::move(hooks),
      put_off.empty() ? std::nullopt : std::optional<MonotonicTime>(put_off.mapped()));
  syncs_.emplace(key, std::move(sync));
  const auto unverified = unverified_.find(key);
  if (unverified != unverified_.end()) return Verify(key, unverified->second);
  StartSync(key, {});
}

// Starts the key's sync. After a take-over, first raises the fence against late writes of the
// former leader (term_fence.h).
void Term::StartSync(const QueueKey& key, LateWrites late) {
  const std::optional<ObjectReference> own = environment_.Reference(key);
  late.BeginSync(own ? own->uid : Uid());
  if (!fence_) return syncs_.at(key)->Start({}, late);
  auto raised = [this, key](const SyncResult& result, Learned refused, LateWrites still_late) {
    if (result.kind != SyncResult::Kind::kDone) return Ended(key, result);
    syncs_.at(key)->Start(std::move(refused), std::move(still_late));
  };
  fence_->Raise(key, late, std::move(raised));
}

// Reads the object of an earlier write whose outcome is unknown or whose object was gone
// (Unverified). Then begins the key's sync. If the read fails, the sync ends, and the next one
// reads the object again.
void Term::Verify(const QueueKey& key, const Unverified& before) {
  const Request read = Request::Get(before.request.resource(), before.request.key());
  auto answered = [this, key, before, read](Result<Reply> said) {
    if (said.ok()) {
      const Status folded = environment_.folds.Read(key, read, *said);
      if (!folded.ok()) said = folded.error();
    } else if (said.error().kind == ErrorKind::kNotFound) {
      environment_.folds.Vanished(key, before.request);
      said = Reply{};
    }
    if (!said.ok()) {
      environment_.log.Warning(
          "cannot read an object after a write with an unclear result; Windlass tries again",
          {{environment_.ControllerOf(key).log_field(), key.ToString()},
           {"request", read.Describe()},
           {"error", said.error().message}});
      return Ended(key, {SyncResult::Kind::kUncertain, {}, {}, before});
    }
    unverified_.erase(key);
    StartSync(key, before.late);
  };
  environment_.client.Execute(read, lifetime_.Guard(std::move(answered)));
}

void Term::Ended(const QueueKey& key, const SyncResult& result) {
  // The Sync may be on the stack right now, so the next pump destroys it.
  ended_.push_back(std::move(syncs_.extract(key).mapped()));
  large_.Free(key);
  if (large_.has_room()) queue_.TakeUpAside();
  NoteCost(key, result.calls);
  queue_.Spent(key, result.calls);
  Settle(key, result);
  SchedulePump();
}

void Term::Settle(const QueueKey& key, const SyncResult& result) {
  if (result.put_off_since) put_off_.emplace(key, *result.put_off_since);
  if (result.kind != SyncResult::Kind::kConflict) lost_races_.erase(key);
  switch (result.kind) {
    case SyncResult::Kind::kDone: queue_.Done(key, result.look_again_in); return;
    case SyncResult::Kind::kGone:
      if (fence_) fence_->Forget(key);
      queue_.Done(key, std::nullopt);
      return;
    case SyncResult::Kind::kConflict:
      ++counters_.conflicts;
      if (result.look_again_in) queue_.LookAgain(key, *result.look_again_in);
      return Conflict(key, result);
    case SyncResult::Kind::kRetry:
      if (result.look_again_in) queue_.LookAgain(key, *result.look_again_in);
      queue_.DoneRetry(key, result.longest, result.at_least);
      return;
    case SyncResult::Kind::kForget: queue_.Done(key, result.look_again_in); return;
    case SyncResult::Kind::kInternal: return InternalError(key);
    case SyncResult::Kind::kUncertain:
      ++counters_.uncertain;
      unverified_.insert_or_assign(key, *result.unverified);
      queue_.DoneRetry(key, kRetryMax);
      return;
  }
}

void Term::NoteCost(const QueueKey& key, int calls) {
  const std::optional<int> in_minute = noisy_keys_.Note(key, calls, environment_.clock.Now());
  if (!in_minute) return;
  const Controller& controller = environment_.ControllerOf(key);
  environment_.log.Warning(
      "a " + std::string(controller.kind()) +
          " needed many API calls, so Windlass serves it with a lower priority until it has "
          "needed few calls for a minute. If none of its rollouts is under way, find the client "
          "that keeps changing it",
      {{controller.log_field(), key.ToString()},
       {"calls_in_sync", calls},
       {"calls_in_minute", *in_minute}});
}

// Records a Warning about the key's object, unless the object is gone.
void Term::Warn(const QueueKey& key, std::string reason, std::string message) {
  const std::optional<ObjectReference> reference = environment_.Reference(key);
  if (!reference) return;
  environment_.Record(key, *reference,
                      {Event::Type::kWarning, std::move(reason), std::move(message)});
}

// Counts the races that the key's syncs lost in a row for one object: another client changed the
// object each time before Windlass wrote it. The kConflictsTold-th lost race emits an Event on the
// key's object. The other client may be another controller, or a webhook that reverts
// what Windlass wrote. A race for another object starts the count again, because single lost races
// are normal: other controllers write the status of these objects.
//
// A sync may also end with kConflict without a lost race, because what it planned with is gone or
// out of date. Example: the ReplicaSet of a rollback was deleted. Such an end starts the count
// again, too, because perhaps no other client is at fault.
void Term::Conflict(const QueueKey& key, const SyncResult& result) {
  queue_.DoneConflict(key);
  LostRaces& races = lost_races_[key];
  if (races.object != result.lost) races = {result.lost, 0};
  if (!result.lost) return;
  if (++races.times != kConflictsTold) return;
  Warn(key, "WindlassConflict",
       "Another client changed " + ObjectText(result.lost->first, result.lost->second) + " " +
           std::to_string(kConflictsTold) +
           " times in a row while Windlass was writing to it. Windlass goes on trying, at least "
           "once a minute. Find that client in metadata.managedFields of the object, and stop it.");
}

// Counts an internal error of the key's sync. The kInternalErrorsMax-th error in a row emits an
// Event on the object, so that users see why nothing moves. Later errors of the same series emit no
// Event.
void Term::InternalError(const QueueKey& key) {
  ++counters_.internal_errors;
  if (queue_.DoneInternalError(key) != kInternalErrorsMax) return;
  Warn(key, "WindlassInternalError",
       "Windlass failed " + std::to_string(kInternalErrorsMax) + " times in a row on this " +
           std::string(environment_.ControllerOf(key).kind()) +
           " because of an internal error. Windlass tries again every five minutes, and when the "
           "spec changes. The log of Windlass says more.");
}

}  // namespace windlass
