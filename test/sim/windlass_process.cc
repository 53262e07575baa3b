#include "test/sim/windlass_process.h"

#include <algorithm>

#include "controller/core/own_names.h"

namespace windlass::sim {
namespace {

// The time that a supervisor takes to notice the crash and start the process again.
constexpr Duration kRestart = seconds(1);
constexpr Duration kStandbyLag = seconds(3);

ControllerList ListOf(const DeploymentController** made, ProcessControllers controllers) {
  ControllerList list = std::move(controllers.beside);
  if (controllers.deployments) list.insert(list.begin(), DeploymentControllerEntry(made));
  return list;
}

}  // namespace

ProcessControllers ProcessControllers::Only(ControllerList list) {
  ProcessControllers controllers(std::move(list));
  controllers.deployments = false;
  return controllers;
}

WindlassProcess::WindlassProcess(World& world, ClientOptions options,
                                 ProcessControllers controllers)
    : WindlassProcess(world, Standby{}, std::move(options), std::move(controllers)) {
  Lead({});
}

WindlassProcess::WindlassProcess(World& world, Standby, ClientOptions options,
                                 ProcessControllers controllers)
    : process_(world.Boot()),
      network_(process_->clock(), process_->timers(), process_->transport()),
      guard_(process_->clock(), process_->random(), process_->log(), process_->timers(), network_),
      write_deadline_(process_->clock()),
      client_(process_->clock(), process_->timers(), guard_, process_->decoder(), write_deadline_,
              std::string(kOwnFieldManager), options),
      events_(process_->clock(), process_->log(), client_),
      runtime_(environment(), client_, events_, {.resync = false},
               ListOf(&controller_, std::move(controllers))) {
  guard_.on_change = [this](bool away) {
    if (away) return client_.Hold();
    client_.Resume();
    runtime_.ServerIsBack(guard_.was_refused());
  };
  client_.on_rate_limiter_duration = [this](const Request& request, Duration waited) {
    if (request.resource() == resources::kEvents) return;
    longest_wait_ = std::max(longest_wait_, waited);
  };
  runtime_.Start();
}

void WindlassProcess::Lead(TermOptions options) {
  write_deadline_.AllowForGood();
  runtime_.BeginTerm(options);
}

// The process's own environment, but with the guarded transport.
InformerEnvironment WindlassProcess::environment() {
  InformerEnvironment environment{
      process_->clock(),  process_->random(), process_->log(), process_->timers(), guard_,
      process_->decoder()};
  environment.applied_in_one_turn = kAppliedInOneTurn;
  return environment;
}

SupervisedWindlass::SupervisedWindlass(World& world, std::optional<Fault> fault,
                                       Successor successor, ProcessControllers controllers)
    : world_(world), controllers_(std::move(controllers)), fault_(fault) {
  if (successor == Successor::kStandby) {
    standby_ = std::make_unique<WindlassProcess>(world, WindlassProcess::Standby{}, ClientOptions{},
                                                 controllers_);
    standby_->transport().LagStreams(kStandbyLag);
  }
  Start();
}

void SupervisedWindlass::GoOn() {
  if (standby_ == nullptr) return Start();
  running_ = std::move(standby_);
  running_->transport().LagStreams(Duration{0});
  TermOptions term;
  term.barrier = true;
  term.taken_over_as = "1";
  running_->Lead(term);
}

void SupervisedWindlass::Start() {
  running_ = std::make_unique<WindlassProcess>(world_, ClientOptions{}, controllers_);
  if (!fault_ || struck_) return;
  running_->transport().decide = [this](uint64_t number, const HttpRequest&) {
    return Decide(number);
  };
}

// The fault strikes the first call with at least its number. It cannot strike calls that the
// process makes during its construction: `decide` is set later.
Fate SupervisedWindlass::Decide(uint64_t number) {
  if (number < fault_->call) return Fate::kDelivered;
  const bool first = !std::exchange(struck_, true);
  if (fault_->kind == FaultKind::kReplyLost) return first ? Fate::kReplyLost : Fate::kDelivered;
  // A call that the process sends at the moment of its death does not arrive.
  if (!first) return Fate::kRequestLost;
  world_.loop().After(Duration{0}, [this] { Die(); });
  return fault_->kind == FaultKind::kCrashAfter ? Fate::kReplyLost : Fate::kRequestLost;
}

void SupervisedWindlass::Die() {
  running_.reset();
  world_.loop().After(kRestart, [this] { GoOn(); });
}

}  // namespace windlass::sim
