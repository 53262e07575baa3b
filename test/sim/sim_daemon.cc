#include "test/sim/sim_daemon.h"

#include <utility>

#include "controller/core/own_names.h"
#include "controller/deployment/deployment_controller.h"
#include "controller/replication_controller/watch/update_controller.h"
#include "controller/rollout/rollout_controller.h"
#include "kubeclient/client/call_deadlines.h"

namespace windlass::sim {
namespace {

// As in cmd/windlass/daemon.cc.
constexpr Duration kDrainMax = milliseconds(2500);
constexpr Duration kDrainLook = milliseconds(20);

SimTransportOptions NetworkOf(const SimDaemon::Options& options) {
  SimTransportOptions network;
  network.clock = options.clock;
  network.line_bytes_max = options.line_bytes_max;
  network.body_bytes_max = options.body_bytes_max;
  return network;
}

LeaderElectionOptions ElectionOf(const SimDaemon::Options& options) {
  LeaderElectionOptions election;
  election.namespace_ = "windlass-system";
  election.name = "windlass";
  election.identity = options.identity;
  election.field_manager = kOwnFieldManager;
  return election;
}

ControllerList AllControllers() {
  return {DeploymentControllerEntry(), RolloutControllerEntry(),
          ReplicationControllerUpdateControllerEntry()};
}

RuntimeOptions WithoutResync() {
  RuntimeOptions options;
  options.resync = false;
  return options;
}

}  // namespace

SimDaemon::SimDaemon(World& world, const Options& options)
    : process_(world.Boot(NetworkOf(options))),
      network_(process_->clock(), process_->timers(), process_->transport()),
      guard_(process_->clock(), process_->random(), process_->log(), process_->timers(), network_),
      write_deadline_(process_->clock()),
      client_(process_->clock(), process_->timers(), guard_, process_->decoder(), write_deadline_,
              std::string(kOwnFieldManager)),
      events_(process_->clock(), process_->log(), client_),
      runtime_(environment(), client_, events_, WithoutResync(), AllControllers()),
      election_(process_->clock(), process_->random(), process_->log(), process_->timers(), guard_,
                write_deadline_, ElectionOf(options)) {
  process_->transport().fate_of_call = options.fate_of_call;
  process_->transport().fate_of_stream = options.fate_of_stream;
  client_.on_rate_limiter_duration = [this](const Request&, Duration waited) {
    process_->transport().decided_ago = waited;
  };
  guard_.on_change = [this](bool away) { ServerChanged(away); };
  election_.on_started_leading = [this] { Lead(); };
  election_.on_stopped_leading = [this] { StepDown(); };
  runtime_.on_reset = [this] { CampaignAnew(); };
  runtime_.Start();
  election_.Start();
}

InformerEnvironment SimDaemon::environment() {
  InformerEnvironment environment{
      process_->clock(),  process_->random(), process_->log(), process_->timers(), guard_,
      process_->decoder()};
  environment.applied_in_one_turn = kAppliedInOneTurn;
  return environment;
}

void SimDaemon::ServerChanged(bool away) {
  if (away && on_away) on_away();
  if (away) return client_.Hold();
  client_.Resume();
  runtime_.ServerIsBack(guard_.was_refused());
}

void SimDaemon::Lead() {
  if (stopping_) return;
  leading_ = true;
  TermOptions term;
  term.barrier = true;
  if (election_.taken_over()) term.taken_over_as = election_.term();
  runtime_.BeginTerm(term);
}

void SimDaemon::StepDown() {
  leading_ = false;
  runtime_.EndTerm();
}

void SimDaemon::CampaignAnew() {
  if (stopping_ || campaigning_anew_) return;
  campaigning_anew_ = true;
  AwaitAnswers(Now() + kCallDeadline);
}

void SimDaemon::AwaitAnswers(MonotonicTime until) {
  if (stopping_) return;
  const bool answered = client_.counters().in_flight == 0 && !client_.write_may_arrive();
  if (!answered && Now() < until) {
    process_->timers().At(Now() + kDrainLook, [this, until] { AwaitAnswers(until); });
    return;
  }
  stopping_election_ = true;
  StopElection(answered, [this] {
    campaigning_anew_ = stopping_election_ = false;
    if (stopping_) {
      stopped_ = true;
      return;
    }
    election_.Start();
  });
}

void SimDaemon::StopElection(bool release, std::function<void()> stopped) {
  if (release) return election_.Stop(std::move(stopped));
  election_.StopWithoutRelease(std::move(stopped));
}

void SimDaemon::Stop() {
  if (stopping_) return;
  stopping_ = true;
  runtime_.Drain();
  AwaitDrained(Now() + kDrainMax);
}

void SimDaemon::AwaitDrained(MonotonicTime until) {
  if (runtime_.drained() || Now() >= until) return EndLastTerm();
  process_->timers().At(Now() + kDrainLook, [this, until] { AwaitDrained(until); });
}

void SimDaemon::EndLastTerm() {
  const bool settled = runtime_.settled() && !campaigning_anew_;
  write_deadline_.Forbid();
  runtime_.EndTerm();
  if (stopping_election_) return;  // AwaitAnswers goes on
  StopElection(settled, [this] { stopped_ = true; });
}

std::string SimDaemon::State() const {
  if (!leading_) return guard_.away() ? "follows, server away" : "follows";
  std::string text = runtime_.idle() ? "leads, idle" : "leads, at work";
  if (guard_.away()) text += ", server away";
  return text;
}

}  // namespace windlass::sim
