#include "cmd/windlass/daemon.h"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <utility>

#include "cmd/windlass/controllers_flag.h"
#include "cmd/windlass/process_memory.h"
#include "controller/core/own_names.h"
#include "kubeclient/client/call_deadlines.h"

namespace windlass {
namespace {

// The process gives memory back to the kernel when its controllers have sent no request for this
// long. This takes about a millisecond, which delays no rollout while the controllers are idle.
constexpr Duration kIdleAfter = seconds(10);
// How long we wait after SIGTERM for answers to calls in flight. Most calls take milliseconds.
constexpr Duration kDrainMax = milliseconds(2500);
constexpr Duration kDrainLook = milliseconds(20);

ClientOptions ClientOptionsOf(const Flags& flags) {
  ClientOptions options;
  options.qps = flags.qps;
  options.burst = flags.burst;
  options.max_in_flight = flags.max_in_flight;
  return options;
}

LeaderElectionOptions ElectionOptionsOf(const Flags& flags, Random& random) {
  LeaderElectionOptions options;
  options.namespace_ = flags.leader_elect_namespace;
  options.name = flags.leader_elect_name;
  options.field_manager = kOwnFieldManager;
  options.lease_duration = flags.lease_duration;
  options.renew_deadline = flags.renew_deadline;
  options.retry_period = flags.retry_period;
  // A new identity at every start, so that a restarted process is a new candidate (L-001).
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  options.identity = std::string(host.data()) + "_" + std::to_string(random.Next()) +
                     std::to_string(random.Next());
  return options;
}

// Returns "deployments, rollouts" for controllers of these names.
std::string PluralOf(const std::vector<std::string>& controllers) {
  std::string text;
  for (const std::string& name : controllers) text += (text.empty() ? "" : ", ") + name + "s";
  return text;
}

std::vector<std::string> FullNames(const std::vector<std::string>& controllers) {
  std::vector<std::string> names;
  names.reserve(controllers.size());
  for (const std::string& name : controllers) names.push_back(FullName(name));
  return names;
}

}  // namespace

Daemon::Daemon(const Flags& flags, const Clock& clock, Log& log, SymbolTable& symbols, Inbox& inbox,
               TimerQueue& timers, Transport& transport, const ControllerList& controllers,
               std::vector<OtherKind> other_kinds)
    : flags_(flags),
      clock_(clock),
      log_(log),
      inbox_(inbox),
      timers_(timers),
      random_(SystemSeed()),
      transport_(clock, random_, log, timers, transport),
      decoder_(symbols),
      budget_(symbols, CacheBytesOf(MemoryLimit().value_or(0))),
      write_deadline_(clock),
      client_(clock, timers, transport_, decoder_, write_deadline_, std::string(kOwnFieldManager),
              ClientOptionsOf(flags)),
      events_(clock, log, client_),
      runtime_({clock, random_, log, timers, transport_, decoder_, nullptr, &budget_}, client_,
               events_, {flags.namespace_, flags.max_in_flight}, controllers),
      other_kinds_({clock, random_, log, timers, transport_, decoder_}, std::move(other_kinds),
                   flags.namespace_),
      names_(FullNames(runtime_.names())),
      election_(clock, random_, log, timers, transport_, write_deadline_,
                ElectionOptionsOf(flags, random_)),
      heartbeat_(clock),
      board_([this] { inbox_.Post([this] { Publish(); }); }) {
  client_.on_request_duration = [this](std::string_view verb, Duration duration) {
    request_duration_.try_emplace(std::string(verb), RestClientHistogram())
        .first->second.Observe(duration);
    NoteActivity();
  };
  client_.on_rate_limiter_duration = [this](const Request&, Duration duration) {
    rate_limiter_duration_.Observe(duration);
  };
  transport_.on_change = [this](bool away) { ServerChanged(away); };
  election_.on_started_leading = [this] { Lead(); };
  election_.on_stopped_leading = [this] { StepDown(); };
  runtime_.on_reset = [this] { CampaignAnew(); };
  runtime_.on_rights_changed = [this] { ReviewRightsAgain(); };
  runtime_.on_write_forbidden = [this] { ReviewRightsSoon(); };
  runtime_.on_cache_emptied = [this] { NoteActivity(); };
}

Daemon::~Daemon() = default;

void Daemon::ForEachController(
    const std::function<void(std::string_view, const WatchingController&)>& visit) const {
  size_t index = 0;
  runtime_.ForEach(
      [&](const WatchingController& controller) { visit(names_[index++], controller); });
}

int Daemon::Run() {
  Start();
  CoreLoop loop(clock_, log_, inbox_, timers_);
  loop.on_turn = [this](Duration cpu) { turn_cpu_.Observe(cpu); };
  loop.Run([this] { return finished_; });
  return exit_code_;
}

void Daemon::Start() {
  if (!OpenPorts()) return Finish(kExitConfig);
  ReviewRights();
  NoteActivity();
}

void Daemon::NoteActivity() {
  last_activity_ = clock_.Now();
  if (!std::exchange(awaiting_idle_, true)) AwaitIdle();
}

// Sets the timer that gives memory back once the process is idle. The timer sets itself again while
// controllers send requests. An idle process has no such timer.
void Daemon::AwaitIdle() {
  timers_.At(last_activity_ + kIdleAfter, [this] {
    if (clock_.Now() < last_activity_ + kIdleAfter) return AwaitIdle();
    awaiting_idle_ = false;
    ReleaseIdleMemory();
  });
}

void Daemon::StartControllers() {
  runtime_.Start();
  other_kinds_.Start();
  if (flags_.leader_elect) return election_.Start();
  if (flags_.force) return LeadForGood();
  const LeaseName name{flags_.leader_elect_namespace, flags_.leader_elect_name};
  lease_in_use_ = std::make_unique<LeaseInUse>(
      clock_, timers_, transport_, name, flags_.lease_duration,
      [this, name](const std::string& holder) {
        if (stopping_) return;
        if (holder.empty()) return LeadForGood();
        log_.Error("the Lease " + name.namespace_ + "/" + name.name + " is held by " + holder +
                   "; stop that process, leave out --leader-elect=false to wait for the Lease, or "
                   "give --force to begin nevertheless");
        Finish(kExitConfig);
      });
}

void Daemon::LeadForGood() {
  write_deadline_.AllowForGood();
  Lead();
}

// While the API server is away, that is, does not answer, client_ sends nothing. Calls fail with
// kNotSent (Client::Hold), and their keys stay in the work queue (C-012).
void Daemon::ServerChanged(bool away) {
  if (away) return client_.Hold();
  client_.Resume();
  runtime_.ServerIsBack(transport_.was_refused());
}

void Daemon::Lead() {
  if (stopping_) return;
  leading_ = true;
  log_.Info("leading: " + PluralOf(runtime_.names()) + " are being controlled");
  TermOptions term;
  term.barrier = flags_.leader_elect;
  if (flags_.leader_elect && election_.taken_over()) term.taken_over_as = election_.term();
  runtime_.BeginTerm(term);
}

void Daemon::StepDown() {
  leading_ = false;
  runtime_.EndTerm();
  if (!stopping_) log_.Warning("no longer leading");
}

// Called when another cluster answers at the API server's address, or when the cluster was restored
// to an earlier state. Our Lease belongs to the state that is gone, so this process must win the
// Lease again before it begins a term. Without leader election, a process that leads begins
// a new term at once.
void Daemon::CampaignAnew() {
  if (stopping_ || campaigning_anew_) return;
  if (!flags_.leader_elect) {
    if (leading_) Lead();
    return;
  }
  campaigning_anew_ = true;
  AwaitAnswers(clock_.Now() + kCallDeadline);
}

// Waits until all calls have ended and no write of this process can still reach the API server, but
// not beyond `until`. Then starts the leader election again. What happens to the Lease:
//   - if the wait has ended in time: gives up the Lease. A successor may lead at once
//   - otherwise: leaves our name in the Lease, because an unanswered write may still arrive. If we
//     lead again, our next term raises a fence: it patches objects so that this late write fails
//     (L-012)
void Daemon::AwaitAnswers(MonotonicTime until) {
  if (stopping_) return;
  const bool answered = client_.counters().in_flight == 0 && !client_.write_may_arrive();
  if (!answered && clock_.Now() < until) {
    timers_.At(clock_.Now() + kDrainLook, [this, until] { AwaitAnswers(until); });
    return;
  }
  stopping_election_ = true;
  StopElection(answered, [this] {
    campaigning_anew_ = stopping_election_ = false;
    if (stopping_) return Finish(kExitOk);
    election_.Start();
  });
}

void Daemon::StopElection(bool release, std::function<void()> stopped) {
  if (release) return election_.Stop(std::move(stopped));
  election_.StopWithoutRelease(std::move(stopped));
}

void Daemon::Stop() {
  if (stopping_) return;
  stopping_ = true;
  log_.Info("stopping");
  other_kinds_.Stop();
  runtime_.Drain();
  AwaitDrained(clock_.Now() + kDrainMax);
}

// Waits until the calls in flight have ended, but not beyond `until`.
void Daemon::AwaitDrained(MonotonicTime until) {
  if (runtime_.drained() || clock_.Now() >= until) return EndLastTerm();
  timers_.At(clock_.Now() + kDrainLook, [this, until] { AwaitDrained(until); });
}

// Ends the term and the process. Gives up the Lease only if no write of this process can still
// reach the API server. Otherwise our name stays in the Lease: a successor waits until the Lease
// expires, and then raises a fence, which makes our late writes fail (L-012).
void Daemon::EndLastTerm() {
  // After CampaignAnew, writes of the former term may still be unanswered. settled() does not know
  // of these writes.
  const bool settled = runtime_.settled() && !campaigning_anew_;
  write_deadline_.Forbid();
  runtime_.EndTerm();
  if (!flags_.leader_elect) return Finish(kExitOk);
  if (stopping_election_) return;  // AwaitAnswers calls Finish when the election has stopped
  if (!settled) {
    log_.Warning(
        "stopping while a write has no answer; the Lease is not released, so another process can "
        "lead only after the Lease has expired");
  }
  StopElection(settled, [this] { Finish(kExitOk); });
}

void Daemon::Finish(int exit_code) {
  exit_code_ = exit_code;
  finished_ = true;
  if (exit_code == kExitOk) log_.Info("stopped");
}

}  // namespace windlass
