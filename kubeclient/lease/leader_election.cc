// In each retry period there is one round: a few calls in a row. Every PUT carries the
// resourceVersion of the Lease on which the PUT was decided.
//   - A leader sends a PUT with the version that it saw last, mostly in the reply to its own PUT.
//     After a 409 or an open outcome, it sends a GET, and then a PUT with the version from the GET,
//     or a POST if the Lease is gone.
//   - A candidate sends a GET. Then it sends a PUT if it may take the Lease, or a POST if there is
//     no Lease and it may create one. If the candidate may already take the Lease that it saw last,
//     in a GET or in its watch, it usually begins with the PUT.
//   - A process that holds the Lease, but must leave it to a preferredHolder, ends its term. Its
//     next PUT gives the Lease up.
#include "kubeclient/lease/leader_election.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <utility>

#include "kubeclient/api/object_meta.h"
#include "kubeclient/base/assert.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/lease/lease.h"
#include "kubeclient/lease/lease_view.h"
#include "kubeclient/lease/lease_watch.h"

namespace windlass {
namespace {

// How many of our latest writes we remember, so that we recognize them in the Lease. Each older
// write has failed, or we have seen it in the Lease already.
constexpr size_t kLeaseAttemptsMax = 8;

enum class Phase : uint8_t { kIdle, kCampaigning, kReleasing };

// One write that names us as the Lease's holder. Its renewTime identifies it.
struct Attempt {
  int64_t renew_micros = 0;
  MonotonicTime sent;
};

}  // namespace

Status CheckLeaderElectionOptions(const LeaderElectionOptions& options, const std::string& prefix) {
  const auto refuse = [&](const std::string& option, const std::string& what) {
    return Error{ErrorKind::kConfig, prefix + option + " must be " + what};
  };
  if (options.lease_duration < seconds(1) || options.lease_duration % seconds(1) != Duration{0}) {
    return refuse("lease-duration", "a whole number of seconds, at least 1s, for example 15s");
  }
  if (options.lease_duration <= options.renew_deadline) {
    return refuse("lease-duration",
                  "longer than " + prefix + "renew-deadline; raise the first or lower the second");
  }
  if (options.renew_deadline <= options.retry_period * 6 / 5) {
    return refuse("renew-deadline", "longer than 1.2 times " + prefix +
                                        "retry-period; raise the first or lower the second");
  }
  if (options.retry_period < milliseconds(100)) {
    return refuse("retry-period", "at least 100ms");
  }
  return Unit{};
}

struct LeaderElection::Impl {
  Impl(LeaderElection& the_owner, const Clock& the_clock, Random& the_random, Log& the_log,
       TimerQueue& the_timers, Transport& the_transport, WriteDeadline& the_write_deadline,
       LeaderElectionOptions the_options)
      : owner(the_owner),
        clock(the_clock),
        random(the_random),
        log(the_log),
        timers(the_timers),
        transport(the_transport),
        write_deadline(the_write_deadline),
        options(std::move(the_options)),
        view({Name(), options.identity, options.lease_duration, options.retry_period}),
        watch(the_clock, the_random, the_timers, the_transport, Name(),
              [this](const std::optional<Lease>& seen) { OnWatch(seen); }) {}

  ~Impl() {
    lifetime.End();
    for (const TimerId timer : {round_timer, permit_timer, release_timer}) timers.Cancel(timer);
    if (call != 0) transport.Cancel(call);
    write_deadline.Forbid();
  }

  void Start();
  void Round();
  void Act();
  void Rest();
  void RoundAt(MonotonicTime when);
  void OnGet(const LeaseAnswer& answer);
  void OnWrite(const LeaseAnswer& answer);
  void OnWatch(const std::optional<Lease>& seen);
  void See(const Lease& fresh);
  void SeeNothing();

  void Renewed(const Attempt& attempt);
  void EndTermIfPermitRanOut();
  void EndTerm(std::string_view why);

  void Stop(bool release, std::function<void()> stopped);
  void ReleaseIfOurs();
  void FinishStop();

  void Call(HttpRequest http, std::function<void(const LeaseAnswer&)> handle);
  void Abandon();
  void Get();
  void Put();
  void Create();
  std::string Claim();
  bool TakesOver() const;
  int64_t NextMicros();
  Duration CallDeadline() const {
    return std::min<Duration>(kLeaseCallDeadline, options.renew_deadline / 2);
  }
  LeaseName Name() const { return {options.namespace_, options.name}; }
  void Complain(const std::string& why);

  LeaderElection& owner;
  const Clock& clock;
  Random& random;
  Log& log;
  TimerQueue& timers;
  Transport& transport;
  WriteDeadline& write_deadline;
  const LeaderElectionOptions options;

  Phase phase = Phase::kIdle;
  TimerId round_timer = 0;
  MonotonicTime round_started;
  int round_calls = 0;
  CallId call = 0;
  uint64_t call_serial = 0;  // the answer to an abandoned call has an older serial

  LeaseView view;
  LeaseWatch watch;
  std::deque<Attempt> attempts;
  int64_t last_micros = 0;

  bool leading = false;
  // True if an earlier term ended without a release of the Lease, so that late writes of that term
  // may still reach the server. The leader of that term was
  //   - another process, whose Lease we have claimed or tried to claim; or
  //   - this process, which for example let its permit run out, or stopped without a release.
  bool stragglers = false;
  bool taken_over = false;
  std::string term;
  MonotonicTime permit_until;
  MonotonicTime last_renewal;
  TimerId permit_timer = 0;

  std::function<void()> on_stopped;
  TimerId release_timer = 0;
  std::string last_complaint;
  Lifetime lifetime;
};

// --- rounds ---

void LeaderElection::Impl::Start() {
  WL_ASSERT(phase == Phase::kIdle);
  phase = Phase::kCampaigning;
  view.Doubt();
  Round();
}

void LeaderElection::Impl::Round() {
  round_calls = 0;
  round_started = clock.Now();
  // A candidate reads the Lease again in each round. Exception: the Lease that it saw last is free
  // by now (free_at), so it may take the Lease without reading it again.
  if (!leading && (!view.lease() || round_started < view.free_at())) view.Doubt();
  Act();
}

void LeaderElection::Impl::Act() {
  if (phase != Phase::kCampaigning) return;
  if (round_calls == kLeaseRoundCallsMax) return Rest();
  ++round_calls;
  if (!view.known()) return Get();
  if (clock.Now() < view.free_at()) return Rest();
  return view.lease() ? Put() : Create();
}

void LeaderElection::Impl::Rest() {
  if (phase != Phase::kCampaigning) return;
  const MonotonicTime now = clock.Now();
  MonotonicTime next = std::max(now, round_started + options.retry_period);
  if (!leading) {
    watch.Start();
    next = now + random.Between(options.retry_period, options.retry_period * 6 / 5);
    if (view.free_at() > now) next = std::min(next, view.free_at());  // the Lease is free then
  }
  RoundAt(next);
}

void LeaderElection::Impl::RoundAt(MonotonicTime when) {
  timers.Cancel(round_timer);
  round_timer = timers.At(when, [this] { Round(); });
}

// Called when the watch shows the Lease, or its deletion. Many candidates may see at once that the
// Lease is free or gone, so each waits for a random time (L-009). Ignores what the watch shows
//   - while a call is under way, because the answer to that call decides;
//   - while this process leads, because a leader learns more from its own PUT.
void LeaderElection::Impl::OnWatch(const std::optional<Lease>& seen) {
  if (phase != Phase::kCampaigning || leading || call != 0) return;
  const Duration jitter = random.Between(Duration{0}, kLeaseTakeOverJitter);
  if (!seen) {
    view.Doubt();
    return RoundAt(clock.Now() + jitter);
  }
  if (view.lease() && IsOlder(seen->version, view.lease()->version)) return;
  See(*seen);
  if (leading) return;
  if (view.free_at() <= clock.Now()) return RoundAt(clock.Now() + jitter);
  Rest();
}

void LeaderElection::Impl::OnGet(const LeaseAnswer& answer) {
  switch (answer.kind) {
    case LeaseAnswer::Kind::kLease: See(answer.lease); return Act();
    case LeaseAnswer::Kind::kAbsent: SeeNothing(); return Act();
    case LeaseAnswer::Kind::kNotDone:
      if (round_calls == 1) return Act();
      break;
    default: break;
  }
  Complain(answer.why);
  Rest();
}

void LeaderElection::Impl::OnWrite(const LeaseAnswer& answer) {
  switch (answer.kind) {
    case LeaseAnswer::Kind::kLease: See(answer.lease); return Rest();
    case LeaseAnswer::Kind::kAbsent:
      if (!view.lease()) break;  // a create failed: the namespace is missing
      SeeNothing();
      return Act();
    case LeaseAnswer::Kind::kConflict: view.Doubt(); return Act();
    case LeaseAnswer::Kind::kUnclear:  // it may have been executed: read the Lease (L-006)
      Complain(answer.why);
      view.Doubt();
      return Act();
    case LeaseAnswer::Kind::kNotDone:
      if (round_calls == 1) return Act();
      break;
    case LeaseAnswer::Kind::kLater:
    case LeaseAnswer::Kind::kRefused: break;
  }
  Complain(answer.why);
  view.Doubt();
  Rest();
}

// --- what is seen of the Lease ---

void LeaderElection::Impl::See(const Lease& fresh) {
  const std::string before = view.holder();
  view.See(fresh, clock.Now());
  last_complaint.clear();
  if (view.holder() != before) log.Info("lease holder changed", {{"holder", view.holder()}});

  if (!view.ours()) {
    if (leading) EndTerm("this process no longer holds the lease");
    return;
  }
  if (view.yields()) {
    if (leading) EndTerm("the lease names another preferred holder");
    return;
  }
  const auto ours = std::ranges::find(attempts, fresh.record.renew_micros, &Attempt::renew_micros);
  if (ours != attempts.end()) Renewed(*ours);
}

// Called when the server has no Lease. A leader goes on leading while its permit lasts, and makes
// the Lease anew (L-007).
void LeaderElection::Impl::SeeNothing() {
  if (view.lease()) log.Warning("the lease has vanished", {{"lease", options.name}});
  view.SeeNothing(clock.Now(), leading);
}

// --- the term ---

void LeaderElection::Impl::Renewed(const Attempt& attempt) {
  const MonotonicTime until = std::max(permit_until, attempt.sent + options.renew_deadline);
  const MonotonicTime now = clock.Now();
  if (now + kPermitMargin >= until) return;  // the answer took longer than the permit lasts
  permit_until = until;
  last_renewal = std::max(last_renewal, attempt.sent);
  write_deadline.AllowUntil(until);
  timers.Cancel(permit_timer);
  permit_timer =
      timers.At({until.since_start - kPermitMargin}, [this] { EndTermIfPermitRanOut(); });
  if (std::exchange(leading, true)) return;
  watch.Stop();
  taken_over = std::exchange(stragglers, false);
  term = std::to_string(view.transitions()) + "-" + std::to_string(attempt.renew_micros);
  log.Info("started leading", {{"identity", options.identity},
                               {"transitions", view.transitions()},
                               {"taken_over", taken_over}});
  if (owner.on_started_leading) owner.on_started_leading();
}

void LeaderElection::Impl::EndTermIfPermitRanOut() {
  if (leading && clock.Now() + kPermitMargin >= permit_until) {
    EndTerm("the lease could not be renewed in time");
  }
}

void LeaderElection::Impl::EndTerm(std::string_view why) {
  leading = false;
  permit_until = {};
  stragglers = true;
  write_deadline.Forbid();
  timers.Cancel(permit_timer);
  log.Warning("stopped leading", {{"identity", options.identity}, {"why", why}});
  if (owner.on_stopped_leading) owner.on_stopped_leading();
}

// --- giving the Lease up (L-008) ---

void LeaderElection::Impl::Stop(bool release, std::function<void()> stopped) {
  WL_ASSERT(phase != Phase::kReleasing);
  phase = Phase::kReleasing;
  on_stopped = std::move(stopped);
  timers.Cancel(round_timer);
  watch.Stop();
  Abandon();
  if (leading) {
    const bool in_time = clock.Now() + kPermitMargin < permit_until;
    EndTerm("this process ends its leader election");
    stragglers = !release || !in_time;
  }
  write_deadline.Forbid();
  // A successor that finds the Lease released raises no fence, and so is not protected against late
  // writes. We therefore release the Lease only if no late writes can be on their way.
  const bool give_up = release && !stragglers && !attempts.empty();
  const Duration patience = give_up ? kLeaseReleaseMax : Duration{0};
  release_timer = timers.At(clock.Now() + patience, [this] { FinishStop(); });
  round_calls = 0;
  if (give_up) ReleaseIfOurs();
}

// Reads the Lease first, because the holder may have changed since we last saw it (B-33).
// If an abandoned renewal reaches the server between this read and the release, the release gets a
// 409. We then read and release again.
void LeaderElection::Impl::ReleaseIfOurs() {
  if (round_calls++ == kLeaseRoundCallsMax) return FinishStop();
  Call(GetLease(Name(), kLeaseReleaseMax), [this](const LeaseAnswer& seen) {
    if (seen.kind != LeaseAnswer::Kind::kLease) return FinishStop();
    view.See(seen.lease, clock.Now());
    if (!view.ours()) return FinishStop();
    Call(PutLease(Name(), options.field_manager, kLeaseReleaseMax, view.ReleaseBody(NextMicros())),
         [this](const LeaseAnswer& written) {
           if (written.kind == LeaseAnswer::Kind::kConflict) return ReleaseIfOurs();
           FinishStop();
         });
  });
}

void LeaderElection::Impl::FinishStop() {
  Abandon();
  timers.Cancel(release_timer);
  phase = Phase::kIdle;
  attempts.clear();
  const auto stopped = std::exchange(on_stopped, nullptr);
  if (stopped) stopped();
}

// --- calls ---

void LeaderElection::Impl::Call(HttpRequest http, std::function<void(const LeaseAnswer&)> handle) {
  const uint64_t serial = ++call_serial;
  auto answered = [this, serial, handle = std::move(handle)](const Result<HttpResponse>& response) {
    if (serial != call_serial) return;
    call = 0;
    EndTermIfPermitRanOut();  // after a suspension the answer may come before the timer
    if (serial == call_serial) handle(ReadLeaseAnswer(response));
  };
  call = transport.Call(std::move(http), lifetime.Guard(std::move(answered)));
}

void LeaderElection::Impl::Abandon() {
  ++call_serial;
  if (const CallId abandoned = std::exchange(call, 0)) transport.Cancel(abandoned);
}

void LeaderElection::Impl::Get() {
  Call(GetLease(Name(), CallDeadline()), [this](const LeaseAnswer& answer) { OnGet(answer); });
}

void LeaderElection::Impl::Put() {
  const bool give_up = view.ours() && view.yields();
  std::string body = give_up ? view.ReleaseBody(NextMicros()) : Claim();
  Call(PutLease(Name(), options.field_manager, CallDeadline(), std::move(body)),
       [this](const LeaseAnswer& answer) { OnWrite(answer); });
}

void LeaderElection::Impl::Create() {
  Call(PostLease(Name(), options.field_manager, CallDeadline(), Claim()),
       [this](const LeaseAnswer& answer) { OnWrite(answer); });
}

// Returns the body of a write that claims the Lease. Records the time of sending, from which the
// permit counts (L-003).
std::string LeaderElection::Impl::Claim() {
  const int64_t micros = NextMicros();
  if (attempts.size() == kLeaseAttemptsMax) attempts.pop_front();
  attempts.push_back({micros, clock.Now()});
  stragglers = stragglers || TakesOver();
  return view.ClaimBody(micros, leading);
}

// Returns true if another process holds the Lease that we claim. Returns true also if the Lease has
// vanished since we saw it, because another process may have held it last.
bool LeaderElection::Impl::TakesOver() const {
  if (leading || view.ours()) return false;
  return view.lease() ? !view.holder().empty() : view.transitions() >= 0;
}

// Gives every attempt its own renewTime, even if the wall clock stands still or goes back.
int64_t LeaderElection::Impl::NextMicros() {
  last_micros = std::max(last_micros + 1, clock.WallMicros());
  return last_micros;
}

// Logs why a call failed. Does not repeat the same text until the Lease has been seen again.
void LeaderElection::Impl::Complain(const std::string& why) {
  if (std::exchange(last_complaint, why) == why) return;
  log.Warning("lease call failed", {{"lease", options.name}, {"error", why}});
}

LeaderElection::LeaderElection(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                               Transport& transport, WriteDeadline& write_deadline,
                               LeaderElectionOptions options)
    : impl_(std::make_unique<Impl>(*this, clock, random, log, timers, transport, write_deadline,
                                   std::move(options))) {
  for (const std::string* text : {&impl_->options.namespace_, &impl_->options.name,
                                  &impl_->options.identity, &impl_->options.field_manager}) {
    WL_ASSERT(!text->empty());
  }
}

LeaderElection::~LeaderElection() = default;

void LeaderElection::Start() { impl_->Start(); }

void LeaderElection::Stop(std::function<void()> stopped) {
  impl_->Stop(/*release=*/true, std::move(stopped));
}

void LeaderElection::StopWithoutRelease(std::function<void()> stopped) {
  impl_->Stop(/*release=*/false, std::move(stopped));
}

bool LeaderElection::IsLeader() const { return impl_->leading && impl_->write_deadline.Allows(); }

const std::string& LeaderElection::holder() const { return impl_->view.holder(); }

bool LeaderElection::taken_over() const { return impl_->taken_over; }

const std::string& LeaderElection::term() const { return impl_->term; }

std::optional<MonotonicTime> LeaderElection::last_renewal() const {
  if (!impl_->leading) return std::nullopt;
  return impl_->last_renewal;
}

}  // namespace windlass
