#include "kubeclient/cache/reflector_machine.h"

#include <algorithm>
#include <utility>

#include "kubeclient/base/assert.h"
#include "kubeclient/cache/reflector_times.h"

namespace windlass {

// --- kStopped ---

ReflectorMachine::ReflectorMachine(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                                   Transport& transport, Decoder& decoder, ReflectorOptions options,
                                   ReflectorSink& sink, ListGate* gate)
    : clock_(clock),
      random_(random),
      log_(log),
      timers_(timers),
      transport_(transport),
      decoder_(decoder),
      options_(std::move(options)),
      expected_type_(options_),
      sink_(sink),
      gate_(gate),
      member_(gate == nullptr ? 0 : gate->Join()),
      back_off_(random) {}

ReflectorMachine::~ReflectorMachine() {
  CloseCall();
  timers_.Cancel(relist_timer_);
  if (gate_ != nullptr) gate_->Part(member_);
}

void ReflectorMachine::Start() {
  WL_ASSERT(state_ == ReflectorState::kStopped);
  consistent_ = true;
  started_at_ = clock_.Now();
  last_heard_ = started_at_;  // before the first line, silence is measured from here
  last_bookmark_ = started_at_;
  view_at_ = started_at_;
  Replace();
}

void ReflectorMachine::Stop() {
  CloseCall();
  AbandonReplace();
  timers_.Cancel(std::exchange(relist_timer_, TimerId{0}));
  relist_wanted_ = false;
  trouble_.clear();
  forbidden_since_.reset();
  not_served_since_.reset();
  if (gate_ != nullptr) gate_->SetFailing(member_, false);
  state_ = ReflectorState::kStopped;
}

// Calls the sink's Reset, except in state kStopped. During that call, the sink may stop the
// reflector. If the sink calls this function during that call, nothing happens.
void ReflectorMachine::Reset(std::string_view why) {
  if (std::exchange(resetting_, true)) return;
  CloseCall();
  AbandonReplace();
  last_version_ = {};
  consistent_ = true;
  confirming_ = false;
  silences_ = 0;
  times_back_ = 0;
  server_was_away_ = false;
  if (state_ != ReflectorState::kStopped) {
    ++counters_.resets;
    InTrouble("everything is read anew: " + std::string(why));
    log_.Warning("the cache is reset and read anew",
                 {{"resource", options_.resource.plural}, {"why", std::string(why)}});
    state_ = ReflectorState::kEmpty;
    sink_.Reset();
  }
  resetting_ = false;
  if (state_ != ReflectorState::kStopped) AskAgain(Asked::kList, Duration{0});
}

// --- kBackingOff ---

Asked ReflectorMachine::asked() const {
  switch (state_) {
    case ReflectorState::kInitialWatch: return Asked::kWatchList;
    case ReflectorState::kWatching:
    case ReflectorState::kProbing: return Asked::kWatch;  // the probe's answer leads to a watch
    default: return Asked::kList;
  }
}

void ReflectorMachine::Fail(const ListWatchFailure& failure) {
  const Asked what = asked();
  const bool listing = what == Asked::kList || state_ == ReflectorState::kProbing;
  CloseCall();
  AbandonReplace();
  if (!listing) ++counters_.watch_ends[failure.Label()];
  const std::string_view plural = options_.resource.plural;
  InTrouble(Describe(listing, failure));
  if (RecoveryFrom(what, failure) == Recovery::kListInstead) {
    // Logged as Info, because nothing is wrong. Example: Kubernetes 1.31 has watch lists switched
    // off.
    log_.Info("watch list refused, listing instead", {{"resource", plural}, {"error", trouble_}});
  } else {
    log_.Warning("list or watch failed", {{"resource", plural}, {"error", trouble_}});
  }
  Recover(what, failure);
}

// Returns a text such as "list replicasets: Forbidden: …". If the API server does not serve a
// resource that has a manifest (a CustomResourceDefinition), the text names the command that
// applies the manifest.
std::string ReflectorMachine::Describe(bool listing, const ListWatchFailure& failure) const {
  const ResourceId& resource = options_.resource;
  const std::string plural(resource.plural);
  if (failure.code == 404 && !resource.manifest.empty()) {
    return plural + "." + std::string(resource.group) +
           " is not served: kubectl apply --server-side -f " + std::string(resource.manifest);
  }
  return (listing ? "list " : "watch ") + plural + ": " + failure.Describe();
}

void ReflectorMachine::Recover(Asked what, const ListWatchFailure& failure) {
  switch (RecoveryFrom(what, failure)) {
    case Recovery::kAgain: return AskAgain(what, Wait(failure, kReflectorBackOffMax));
    case Recovery::kAgainOnce:
      if (std::exchange(asked_again_at_once_, true)) {
        return AskAgain(what, Wait(failure, kReflectorBackOffMax));
      }
      return AskAgain(what, Duration{0});
    case Recovery::kAgainThenRelist: {
      const MonotonicTime since = server_errors_since_.value_or(clock_.Now());
      server_errors_since_ = since;
      const bool patient = clock_.Now() - since < kServerErrorPatience;
      return AskAgain(patient ? what : Asked::kList, Wait(failure, kReflectorBackOffMax));
    }
    case Recovery::kRelist: return AskAgain(Asked::kList, Wait(failure, kReflectorBackOffMax));
    case Recovery::kRelistNow:
      ++counters_.relists_after_gone;
      return RelistAtOnce(failure.retry_after);
    case Recovery::kRelistConsistently:
      if (what == Asked::kList && pages_ > 0) NotePageRestart();
      consistent_ = true;
      return RelistAtOnce(failure.retry_after);
    case Recovery::kListInstead:
      watch_list_unsupported_until_ = clock_.Now() + kWatchListUnsupportedFor;
      return Replace();
    case Recovery::kRelistInPages: AskForLess(); return RelistAtOnce(failure.retry_after);
    case Recovery::kWaitForRight:
      if (!forbidden_since_) {
        forbidden_since_ = clock_.Now();
        sink_.Forbidden();
      }
      return AskAgain(what, Wait(failure, kForbiddenBackOffMax));
    case Recovery::kWaitForApi:
      if (!not_served_since_) {
        not_served_since_ = clock_.Now();
        sink_.NotServed();
      }
      return AskAgain(Asked::kList,
                      random_.Between(kAbsentApiProbe * 4 / 5, kAbsentApiProbe * 6 / 5));
  }
}

void ReflectorMachine::RelistAtOnce(Duration at_least) {
  if (relists_at_once_ < kRelistsAtOnceMax && at_least == Duration{0}) {
    ++relists_at_once_;
    return Replace();
  }
  AskAgain(Asked::kList, std::max(at_least, back_off_.Next(clock_.Now(), kReflectorBackOffMax)));
}

Duration ReflectorMachine::Wait(const ListWatchFailure& failure, Duration longest) {
  // At least the server's Retry-After.
  return std::max(failure.retry_after, back_off_.Next(clock_.Now(), longest));
}

void ReflectorMachine::AskAgain(Asked what, Duration wait) {
  After(wait, ReflectorState::kBackingOff,
        what == Asked::kWatch ? &ReflectorMachine::Watch : &ReflectorMachine::Replace);
}

void ReflectorMachine::After(Duration wait, ReflectorState meanwhile,
                             void (ReflectorMachine::*next)()) {
  state_ = meanwhile;
  next_ = next;
  timers_.Cancel(timer_);
  timer_ = timers_.At(clock_.Now() + wait, [this, next] {
    timer_ = 0;
    (this->*next)();
  });
}

void ReflectorMachine::TryNow(bool was_refused) {
  // A server that is starting refuses requests, so refusals until now do not count.
  back_off_.StartOver();
  const Duration wait = random_.Between(Duration{0}, kWatchAgainJitter);
  if (state_ == ReflectorState::kStopped) return;
  if (!was_refused) {
    if (state_ == ReflectorState::kBackingOff) After(wait, state_, next_);
    return;
  }
  server_was_away_ = true;
  // In kListed there is nothing to do: the reflector calls Watch or Probe within kWatchAgainJitter,
  // and both then ask for a complete state.
  if (state_ == ReflectorState::kListed) return;
  if (state_ == ReflectorState::kBackingOff) return After(wait, state_, next_);
  const Asked what = asked();
  CloseCall();
  AbandonReplace();
  AskAgain(what, wait);
}

// Called when a watch has brought an object or a bookmark, and when a watch has not failed for
// kWatchTakenAsWell.
void ReflectorMachine::AllIsWell() {
  relists_at_once_ = 0;
  asked_again_at_once_ = false;
  server_errors_since_.reset();
  OutOfTrouble();
}

void ReflectorMachine::InTrouble(std::string what) {
  trouble_ = std::move(what);
  if (gate_ != nullptr) gate_->SetFailing(member_, true);
}

void ReflectorMachine::OutOfTrouble() {
  if (trouble_.empty()) return;
  trouble_.clear();
  if (gate_ != nullptr) gate_->SetFailing(member_, false);
  sink_.Recovered();
  forbidden_since_.reset();
  not_served_since_.reset();
}

// --- objects that cannot be read ---

void ReflectorMachine::NoteUnreadable(std::string_view object_json, const Error& error) {
  CountDecodeError(error);
  if (!decoder_.DecodeIdentity(object_json).ok()) unnamed_ = true;
}

// Called after an object without a readable name. Relists after a wait, because during the wait the
// object may become readable or be deleted.
void ReflectorMachine::RelistLater() {
  unnamed_ = false;
  if (relist_timer_ != 0) return;
  const Duration wait = random_.Between(kUnnamedRelist / 2, kUnnamedRelist);
  relist_timer_ = timers_.At(clock_.Now() + wait, [this] {
    relist_timer_ = 0;
    Relist();
  });
}

void ReflectorMachine::Relist() {
  relist_wanted_ = true;
  if (state_ != ReflectorState::kWatching) return;
  CloseCall();
  Watch();
}

void ReflectorMachine::CountDecodeError(const Error& error) {
  ++counters_.decode_errors;
  log_.Debug("object not decoded",
             {{"resource", options_.resource.plural}, {"error", error.message}});
}

// --- calls ---

// Closes the call under way, and cancels the timer that guards the call or ends a wait.
void ReflectorMachine::CloseCall() {
  call_lifetime_.End();
  if (call_ != 0) transport_.Cancel(std::exchange(call_, CallId{0}));
  timers_.Cancel(std::exchange(timer_, TimerId{0}));
}

// A call that we tried to send and could not shows that the server is away. Notes this, because the
// server that answers after an outage may have an earlier state.
void ReflectorMachine::NoteRefusal(const Error& error) {
  const bool tried = error.detail != ErrorDetail::kHeldBack;
  if (error.kind == ErrorKind::kNotSent && tried) server_was_away_ = true;
}

// Called when the call has ended without our cancelling it.
void ReflectorMachine::EndCall() {
  call_ = 0;
  CloseCall();
}

}  // namespace windlass
