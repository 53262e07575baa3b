// Rounds: one per retry period, each of a few calls in a row. A leader's round is a PUT onto what
// it wrote last; when that does not work out, a GET and a PUT onto what it found. A candidate's
// round is a GET, and a PUT once it may take the Lease. All writes carry the resourceVersion they
// were decided on.
#include "kubeclient/cache/leader_election.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

#include "kubeclient/base/assert.h"
#include "kubeclient/base/limits.h"
#include "kubeclient/client/lease.h"

namespace windlass {
namespace {

enum class Phase : uint8_t { kIdle, kCampaigning, kReleasing };

// A write that says we hold the Lease, known again by its renewTime.
struct Attempt {
  int64_t renew_micros = 0;
  MonotonicTime sent;
};

constexpr int32_t kTransitionsMax = std::numeric_limits<int32_t>::max();

}  // namespace

Status CheckLeaderElectionOptions(const LeaderElectionOptions& options) {
  const auto refuse = [](std::string what) { return Error{ErrorKind::kConfig, std::move(what)}; };
  if (options.lease_duration < seconds(1) || options.lease_duration % seconds(1) != Duration{0}) {
    return refuse("the lease duration must be a whole number of seconds");
  }
  if (options.renew_deadline >= options.lease_duration) {
    return refuse("the renew deadline must be shorter than the lease duration");
  }
  if (options.retry_period * 6 / 5 >= options.renew_deadline) {
    return refuse("the retry period must be shorter than the renew deadline divided by 1.2");
  }
  if (options.retry_period < milliseconds(100)) {
    return refuse("the retry period must be at least 100 ms");
  }
  return Unit{};
}

struct LeaderElection::Impl {
  Impl(LeaderElection& the_owner, const Clock& the_clock, Random& the_random, Log& the_log,
       TimerQueue& the_timers, Transport& the_transport, WriteGate& the_gate,
       LeaderElectionOptions the_options)
      : owner(the_owner),
        clock(the_clock),
        random(the_random),
        log(the_log),
        timers(the_timers),
        transport(the_transport),
        gate(the_gate),
        options(std::move(the_options)) {}

  ~Impl() {
    alive.reset();
    for (const TimerId timer : {round_timer, permit_timer, release_timer}) timers.Cancel(timer);
    if (call != 0) transport.Cancel(call);
    gate.Close();
  }

  void Start();
  void Round();
  void Act();
  void Rest();
  void OnGet(const LeaseAnswer& answer);
  void OnWrite(const LeaseAnswer& answer);
  void See(const Lease& fresh);
  void SeeNothing();
  MonotonicTime FreeAt(MonotonicTime now) const;
  bool Yields(const LeaseRecord& record) const;

  void Renewed(MonotonicTime sent);
  void EndTermIfPermitRanOut();
  void EndTerm(std::string_view why);

  void Stop(std::function<void()> released);
  void ReleaseIfOurs();
  void FinishStop();

  void Call(HttpRequest http, std::function<void(const LeaseAnswer&)> handle);
  void Abandon();
  void Get();
  void Put();
  void Create();
  LeaseRecord Claimed(const LeaseRecord& before);
  LeaseRecord Released(const LeaseRecord& before);
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
  WriteGate& gate;
  const LeaderElectionOptions options;

  Phase phase = Phase::kIdle;
  TimerId round_timer = 0;
  MonotonicTime round_started;
  int round_calls = 0;
  CallId call = 0;
  uint64_t call_serial = 0;  // answers to abandoned calls carry an older one

  // What is known of the Lease. `known` is false when it may have changed by a call of ours.
  bool known = false;
  std::optional<Lease> lease;
  bool ever_seen = false;
  MonotonicTime looked_at;
  MonotonicTime observed_at;  // when we first saw this record, after the server had it
  MonotonicTime free_at;      // from when on we may write it
  std::string holder;
  int32_t transitions = -1;  // as last seen; the first holder of a new Lease makes it 0
  std::deque<Attempt> attempts;
  int64_t last_micros = 0;

  bool leading = false;
  MonotonicTime permit_until;
  MonotonicTime last_renewal;
  TimerId permit_timer = 0;

  std::function<void()> on_released;
  TimerId release_timer = 0;
  std::string last_complaint;
  std::shared_ptr<const bool> alive = std::make_shared<const bool>(true);
};

// --- rounds ---

void LeaderElection::Impl::Start() {
  WL_ASSERT(phase == Phase::kIdle);
  phase = Phase::kCampaigning;
  known = false;
  Round();
}

void LeaderElection::Impl::Round() {
  EndTermIfPermitRanOut();
  if (phase != Phase::kCampaigning) return;
  round_calls = 0;
  round_started = clock.Now();
  // A candidate looks again every time, until it may take what it saw.
  if (!leading && (!lease || round_started < free_at)) known = false;
  Act();
}

void LeaderElection::Impl::Act() {
  if (phase != Phase::kCampaigning) return;
  if (round_calls == kLeaseRoundCallsMax) return Rest();
  ++round_calls;
  if (!known) return Get();
  if (clock.Now() < free_at) return Rest();
  return lease ? Put() : Create();
}

void LeaderElection::Impl::Rest() {
  if (phase != Phase::kCampaigning) return;
  const MonotonicTime now = clock.Now();
  MonotonicTime next = std::max(now, round_started + options.retry_period);
  if (!leading) {
    next = now + random.Between(options.retry_period, options.retry_period * 6 / 5);
    if (free_at > now) next = std::min(next, free_at);  // no later than need be
  }
  timers.Cancel(round_timer);
  round_timer = timers.At(next, [this] { Round(); });
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
      if (!lease) break;  // a create: the namespace is missing
      SeeNothing();
      return Act();
    case LeaseAnswer::Kind::kConflict: known = false; return Act();
    case LeaseAnswer::Kind::kUnclear:  // it may have been done: look (L-006)
      Complain(answer.why);
      known = false;
      return Act();
    case LeaseAnswer::Kind::kNotDone:
      if (round_calls == 1) return Act();
      break;
    case LeaseAnswer::Kind::kRefused: break;
  }
  Complain(answer.why);
  known = false;
  Rest();
}

// --- what is seen of the Lease ---

void LeaderElection::Impl::See(const Lease& fresh) {
  const MonotonicTime now = clock.Now();
  // By content: somebody else's label on the Lease is no sign of life.
  if (!lease || lease->record != fresh.record) observed_at = now;
  looked_at = now;
  ever_seen = true;
  lease = fresh;
  known = true;
  last_complaint.clear();
  const LeaseRecord record = fresh.record;
  transitions = record.transitions;
  if (std::exchange(holder, record.holder) != record.holder) {
    log.Info("lease holder changed", {{"holder", record.holder}});
  }
  free_at = FreeAt(now);

  if (record.holder != options.identity) {
    if (leading) EndTerm("the lease is not ours any more");
    return;
  }
  if (Yields(record)) {
    if (leading) EndTerm("another holder is preferred");
    return;
  }
  const auto ours = std::ranges::find(attempts, record.renew_micros, &Attempt::renew_micros);
  if (ours != attempts.end()) Renewed(ours->sent);
}

// Deleted by somebody. A leader makes it anew (L-007) and keeps its permit meanwhile. A candidate
// gives whoever may have held it as much time as if it had renewed just before: two must not lead
// because of a deletion. What it saw last may be old, so that holds whoever held it then; and again
// when it has not looked for a while. Only a process that never saw a Lease makes one at once.
void LeaderElection::Impl::SeeNothing() {
  const MonotonicTime now = clock.Now();
  const bool news = lease || now - looked_at > options.retry_period * 2;
  looked_at = now;
  known = true;
  if (leading || !ever_seen) {
    free_at = now;
  } else if (news) {
    const int32_t length = lease ? lease->record.duration_seconds : 0;
    free_at = now + std::max<Duration>(seconds(length), options.lease_duration);
  }
  if (!lease) return;
  lease.reset();
  holder.clear();
  log.Warning("the lease has vanished", {{"lease", options.name}});
}

// From when on the Lease as observed may be taken. Only the length comes from the record: the times
// in it are another clock's.
MonotonicTime LeaderElection::Impl::FreeAt(MonotonicTime now) const {
  const LeaseRecord& record = lease->record;
  if (record.holder == options.identity) return now;
  if (record.holder.empty()) {
    return Yields(record) ? observed_at + options.lease_duration : now;
  }
  const Duration length =
      record.duration_seconds > 0 ? seconds(record.duration_seconds) : options.lease_duration;
  return observed_at + length;
}

// Coordinated leader election asks for the Lease by naming somebody else (reliability §4.1).
bool LeaderElection::Impl::Yields(const LeaseRecord& record) const {
  return !record.preferred_holder.empty() && record.preferred_holder != options.identity;
}

// --- the term ---

void LeaderElection::Impl::Renewed(MonotonicTime sent) {
  const MonotonicTime until = std::max(permit_until, sent + options.renew_deadline);
  const MonotonicTime now = clock.Now();
  if (now + kPermitMargin >= until) return;  // the answer took longer than the permit
  permit_until = until;
  last_renewal = std::max(last_renewal, sent);
  gate.OpenUntil(until);
  timers.Cancel(permit_timer);
  permit_timer =
      timers.At({until.since_start - kPermitMargin}, [this] { EndTermIfPermitRanOut(); });
  if (std::exchange(leading, true)) return;
  log.Info("started leading", {{"identity", options.identity}, {"transitions", transitions}});
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
  gate.Close();
  timers.Cancel(permit_timer);
  log.Warning("stopped leading", {{"identity", options.identity}, {"why", why}});
  if (owner.on_stopped_leading) owner.on_stopped_leading();
}

// --- giving it up (L-008) ---

void LeaderElection::Impl::Stop(std::function<void()> released) {
  WL_ASSERT(phase != Phase::kReleasing);
  phase = Phase::kReleasing;
  on_released = std::move(released);
  timers.Cancel(round_timer);
  Abandon();
  if (leading) EndTerm("stopping");
  gate.Close();
  const bool may_hold = !attempts.empty();
  const Duration patience = may_hold ? kLeaseReleaseMax : Duration{0};
  release_timer = timers.At(clock.Now() + patience, [this] { FinishStop(); });
  round_calls = 0;
  if (may_hold) ReleaseIfOurs();
}

// Looks first: the holder we remember is not the holder there is (U8). An abandoned renewal may
// come between; then once more.
void LeaderElection::Impl::ReleaseIfOurs() {
  if (round_calls++ == kLeaseRoundCallsMax) return FinishStop();
  Call(GetLease(Name(), kLeaseReleaseMax), [this](const LeaseAnswer& seen) {
    if (seen.kind != LeaseAnswer::Kind::kLease || seen.lease.record.holder != options.identity) {
      return FinishStop();
    }
    std::string body = LeaseBody(seen.lease, Released(seen.lease.record));
    Call(PutLease(Name(), kLeaseReleaseMax, std::move(body)), [this](const LeaseAnswer& written) {
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
  const auto released = std::exchange(on_released, nullptr);
  if (released) released();
}

// --- calls ---

void LeaderElection::Impl::Call(HttpRequest http, std::function<void(const LeaseAnswer&)> handle) {
  const uint64_t serial = ++call_serial;
  std::weak_ptr<const bool> still_there = alive;
  call = transport.Call(std::move(http), [this, serial, still_there, handle = std::move(handle)](
                                             const Result<HttpResponse>& response) {
    if (still_there.expired() || serial != call_serial) return;
    call = 0;
    EndTermIfPermitRanOut();
    if (serial == call_serial) handle(ReadLeaseAnswer(response));
  });
}

void LeaderElection::Impl::Abandon() {
  ++call_serial;
  if (const CallId abandoned = std::exchange(call, 0)) transport.Cancel(abandoned);
}

void LeaderElection::Impl::Get() {
  Call(GetLease(Name(), CallDeadline()), [this](const LeaseAnswer& answer) { OnGet(answer); });
}

void LeaderElection::Impl::Put() {
  const LeaseRecord& before = lease->record;
  const bool give_up = before.holder == options.identity && Yields(before);
  std::string body = LeaseBody(*lease, give_up ? Released(before) : Claimed(before));
  Call(PutLease(Name(), CallDeadline(), std::move(body)),
       [this](const LeaseAnswer& answer) { OnWrite(answer); });
}

void LeaderElection::Impl::Create() {
  LeaseRecord before;
  before.transitions = transitions;
  if (leading) before.holder = options.identity;  // the term goes on
  std::string body = LeaseBody(NewLease(options.namespace_, options.name), Claimed(before));
  Call(PostLease(Name(), CallDeadline(), std::move(body)),
       [this](const LeaseAnswer& answer) { OnWrite(answer); });
}

// Remembers the attempt with the time of sending, which is what a permit counts from (L-003).
LeaseRecord LeaderElection::Impl::Claimed(const LeaseRecord& before) {
  const int64_t micros = NextMicros();
  if (attempts.size() == kLeaseAttemptsMax) attempts.pop_front();
  attempts.push_back({micros, clock.Now()});
  const bool same_holder = before.holder == options.identity;
  const auto length = std::chrono::duration_cast<seconds>(options.lease_duration).count();
  return {
      .holder = options.identity,
      .duration_seconds = static_cast<int32_t>(length),
      .acquire_micros = same_holder && before.acquire_micros != 0 ? before.acquire_micros : micros,
      .renew_micros = micros,
      .transitions = std::min(before.transitions, kTransitionsMax - 1) + (same_holder ? 0 : 1),
      .preferred_holder = {}};
}

LeaseRecord LeaderElection::Impl::Released(const LeaseRecord& before) {
  const int64_t micros = NextMicros();
  return {.holder = "",
          .duration_seconds = 1,
          .acquire_micros = micros,
          .renew_micros = micros,
          .transitions = before.transitions,
          .preferred_holder = before.preferred_holder};
}

// Every attempt has a renewTime of its own, although the wall clock may stand still or go back.
int64_t LeaderElection::Impl::NextMicros() {
  last_micros = std::max(last_micros + 1, clock.WallMicros());
  return last_micros;
}

// Once per trouble, not once per round.
void LeaderElection::Impl::Complain(const std::string& why) {
  if (std::exchange(last_complaint, why) == why) return;
  log.Warning("lease call failed", {{"lease", options.name}, {"error", why}});
}

LeaderElection::LeaderElection(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                               Transport& transport, WriteGate& gate, LeaderElectionOptions options)
    : impl_(std::make_unique<Impl>(*this, clock, random, log, timers, transport, gate,
                                   std::move(options))) {
  WL_ASSERT(!impl_->options.identity.empty());
}

LeaderElection::~LeaderElection() = default;

void LeaderElection::Start() { impl_->Start(); }

void LeaderElection::Stop(std::function<void()> released) { impl_->Stop(std::move(released)); }

bool LeaderElection::IsLeader() const { return impl_->leading && impl_->gate.IsOpen(); }

const std::string& LeaderElection::holder() const { return impl_->holder; }

std::optional<MonotonicTime> LeaderElection::last_renewal() const {
  if (!impl_->leading) return std::nullopt;
  return impl_->last_renewal;
}

}  // namespace windlass
