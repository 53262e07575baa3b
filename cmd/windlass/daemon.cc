#include "cmd/windlass/daemon.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cmd/windlass/idle_memory.h"

namespace windlass {
namespace {

// No request of a controller for so long: nobody will miss a millisecond.
constexpr Duration kIdleAfter = seconds(10);
// How long calls in flight may take to end after SIGTERM. Most take milliseconds.
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
  options.lease_duration = flags.lease_duration;
  options.renew_deadline = flags.renew_deadline;
  options.retry_period = flags.retry_period;
  // Fresh per process start: a restarted process is a new candidate (L-001).
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  options.identity = std::string(host.data()) + "_" + std::to_string(random.Next()) +
                     std::to_string(random.Next());
  return options;
}

}  // namespace

Daemon::Daemon(const Flags& flags, const Clock& clock, Log& log, SymbolTable& symbols, Inbox& inbox,
               TimerQueue& timers, Transport& transport)
    : flags_(flags),
      clock_(clock),
      log_(log),
      inbox_(inbox),
      timers_(timers),
      random_(SystemSeed()),
      transport_(clock, random_, log, timers, transport),
      decoder_(symbols),
      gate_(clock),
      client_(clock, timers, transport_, decoder_, gate_, ClientOptionsOf(flags)),
      events_(clock, log, client_, "deployment-controller"),
      controller_({clock, random_, log, timers, transport_, decoder_}, client_, events_,
                  {flags.namespace_, flags.max_in_flight}),
      election_(clock, random_, log, timers, transport_, gate_, ElectionOptionsOf(flags, random_)),
      board_(clock, [this] { inbox_.Post([this] { Publish(); }); }) {
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
  controller_.on_reset = [this] { CampaignAnew(); };
  controller_.on_watch_for_in_place = [this] { ReviewRightsAgain(); };
}

Daemon::~Daemon() = default;

int Daemon::Run() {
  Start();
  CoreLoop(clock_, log_, inbox_, timers_).Run([this] { return finished_; });
  return exit_code_;
}

void Daemon::Start() {
  if (flags_.metrics_bind_address != "0") {
    auto ops = OpsServer::Listen(flags_.metrics_bind_address, board_);
    if (!ops.ok()) {
      log_.Error(ops.error().message);
      return Finish(kExitConfig);
    }
    ops_ = std::move(ops).value();
    log_.Info("serving metrics and health", {{"address", ops_->address()}});
  }
  ReviewRights();
  NoteActivity();
}

void Daemon::NoteActivity() {
  last_activity_ = clock_.Now();
  if (!std::exchange(awaiting_idle_, true)) AwaitIdle();
}

// One timer while something happens, none while nothing does.
void Daemon::AwaitIdle() {
  timers_.At(last_activity_ + kIdleAfter, [this] {
    if (clock_.Now() < last_activity_ + kIdleAfter) return AwaitIdle();
    awaiting_idle_ = false;
    ReleaseIdleMemory();
  });
}

void Daemon::StartControllers() {
  controller_.Start();
  if (flags_.leader_elect) return election_.Start();
  if (flags_.force) return LeadForGood();
  const LeaseName name{flags_.leader_elect_namespace, flags_.leader_elect_name};
  lease_in_use_ = std::make_unique<LeaseInUse>(
      clock_, timers_, transport_, name, [this, name](const std::string& holder) {
        if (stopping_) return;
        if (holder.empty()) return LeadForGood();
        log_.Error("the Lease " + name.namespace_ + "/" + name.name + " is held by " + holder +
                   "; stop that process, or leave out --leader-elect=false, or give --force");
        Finish(kExitConfig);
      });
}

void Daemon::LeadForGood() {
  gate_.OpenForGood();
  Lead();
}

// Keys stay where they are while the server is away (C-012).
void Daemon::ServerChanged(bool away) {
  if (away) return client_.Hold();
  client_.Resume();
  controller_.ServerIsBack();
}

void Daemon::Lead() {
  if (stopping_) return;
  leading_ = true;
  log_.Info("leading: deployments are being controlled");
  TermOptions term;
  term.barrier = flags_.leader_elect;
  if (flags_.leader_elect && election_.taken_over()) term.taken_over_as = election_.term();
  controller_.BeginTerm(term);
}

void Daemon::StepDown() {
  leading_ = false;
  controller_.EndTerm();
  if (!stopping_) log_.Warning("no longer leading");
}

// the Lease belongs to what was believed as well.
void Daemon::CampaignAnew() {
  if (stopping_ || campaigning_anew_) return;
  if (!flags_.leader_elect) {
    if (leading_) Lead();
    return;
  }
  campaigning_anew_ = true;
  AwaitAnswers(clock_.Now() + kCallDeadline);
}

// A successor may lead as soon as the Lease is free: what is in flight is to be answered before.
// What is not keeps our name in the Lease, and our own next term raises a fence against it.
void Daemon::AwaitAnswers(MonotonicTime until) {
  if (stopping_) return;
  const bool answered = client_.counters().in_flight == 0;
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
  controller_.Drain();
  AwaitDrained(clock_.Now() + kDrainMax);
}

// what is in flight may end, but not for ever.
void Daemon::AwaitDrained(MonotonicTime until) {
  if (controller_.drained() || clock_.Now() >= until) return EndLastTerm();
  timers_.At(clock_.Now() + kDrainLook, [this, until] { AwaitDrained(until); });
}

// The Lease is given up only if no write of this process can arrive any more. Otherwise it keeps
// our name until it runs out: a successor then knows that it takes over, and raises a fence
// (L-012).
void Daemon::EndLastTerm() {
  // A reset ends a term whatever is in flight.
  const bool settled = controller_.settled() && !campaigning_anew_;
  gate_.Close();
  controller_.EndTerm();
  if (!flags_.leader_elect) return Finish(kExitOk);
  if (stopping_election_) return;  // it finishes when the election has stopped
  if (!settled) {
    log_.Warning(
        "stopping although a write has no answer; the Lease is not given up but runs out, and "
        "another process leads then");
  }
  StopElection(settled, [this] { Finish(kExitOk); });
}

void Daemon::Finish(int exit_code) {
  exit_code_ = exit_code;
  finished_ = true;
  if (exit_code == kExitOk) log_.Info("stopped");
}

}  // namespace windlass
