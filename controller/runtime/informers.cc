#include "controller/runtime/informers.h"

namespace windlass {
namespace {

// The store of a stopped informer is emptied in turns of the event loop: kShedInOneTurn objects in
// each, kBetweenSheds after the turn before. Example: 100,000 Pods are gone after 200 turns, in
// less than a second.
constexpr size_t kShedInOneTurn = 500;
constexpr Duration kBetweenSheds = milliseconds(1);

InformerEnvironment Gated(ListGate& gate, InformerEnvironment environment) {
  environment.list_gate = &gate;
  return environment;
}

}  // namespace

Informers::Informers(const InformerEnvironment& environment, std::string watched_namespace)
    : list_gate_(environment.clock, environment.timers),
      environment_(Gated(list_gate_, environment)),
      faults_(environment.clock, environment.log),
      namespace_(std::move(watched_namespace)),
      identity_(environment.clock, environment.random, environment.log, environment.timers,
                environment.transport, environment.decoder) {
  identity_.on_changed = [this] { Reset("another cluster answers at the API server's address"); };
}

Informers::~Informers() {
  environment_.timers.Cancel(look_for_room_);
  for (const auto& informer : informers_) {
    environment_.timers.Cancel(informer->timer_);
    Stop(*informer);
  }
}

ReflectorOptions Informers::All(const ResourceId& resource) const {
  ReflectorOptions options;
  options.resource = resource;
  if (resource.namespaced) options.namespace_ = namespace_;
  return options;
}

void Informers::Use(std::initializer_list<AnyInformer*> wanted) {
  if (!std::exchange(started_, true)) {
    CheckIdentity();
    if (environment_.budget != nullptr && environment_.budget->limit() > 0) LookForRoom();
  }
  std::vector<AnyInformer*> started;
  for (AnyInformer* informer : wanted) {
    if (!informer->used()) started.push_back(informer);
    if (!informer->used() || informer->lingers_) StopWaiting(*informer);
    ++informer->users_;
  }
  Run(started);
}

void Informers::Run(const std::vector<AnyInformer*>& informers) {
  for (AnyInformer* informer : informers) informer->Start();
  for (AnyInformer* informer : informers) informer->StartAudit();
}

void Informers::Release(std::initializer_list<AnyInformer*> unwanted) {
  for (AnyInformer* informer : unwanted) {
    WL_ASSERT(informer->used());
    if (--informer->users_ == 0) Stop(*informer);
  }
}

void Informers::LetGo(std::initializer_list<AnyInformer*> unwanted) {
  for (AnyInformer* informer : unwanted) {
    WL_ASSERT(informer->used());
    if (informer->users_ > 1) {
      --informer->users_;
      continue;
    }
    if (!informer->running()) {  // given up: it has stopped, and its store is being emptied
      Release({informer});
      continue;
    }
    informer->lingers_ = true;
    informer->timer_ =
        environment_.timers.At(environment_.clock.Now() + kInformerLingers, [this, informer] {
          StopWaiting(*informer);
          Stop(*informer);
          ShedLater(*informer);
        });
  }
}

// Cancels the informer's timer. If the informer lingers, which means that it runs on after its last
// user has called LetGo, also subtracts this user from `users_`, which still counts it.
void Informers::StopWaiting(AnyInformer& informer) {
  environment_.timers.Cancel(std::exchange(informer.timer_, TimerId{0}));
  if (std::exchange(informer.lingers_, false)) --informer.users_;
}

void Informers::Stop(AnyInformer& informer) {
  environment_.timers.Cancel(std::exchange(informer.try_again_, TimerId{0}));
  informer.given_up_.clear();
  informer.Stop();
}

void Informers::ShedLater(AnyInformer& informer) {
  informer.timer_ =
      environment_.timers.At(environment_.clock.Now() + kBetweenSheds, [this, &informer] {
        informer.timer_ = 0;
        if (!informer.Shed(kShedInOneTurn)) return ShedLater(informer);
        if (on_emptied) on_emptied();
      });
}

// --- the budget (R-065) ---

void Informers::GiveUp(AnyInformer& informer) {
  const size_t mebibytes = environment_.budget->limit() >> 20U;
  const std::string plural(informer.reflector().options().resource.plural);
  environment_.log.Warning(
      "no room in the caches for all objects of a resource; Windlass goes on without this cache",
      {{"resource", plural}, {"budget", environment_.budget->limit()}});
  if (informer.lingers_) {
    StopWaiting(informer);
    Stop(informer);
    return ShedLater(informer);
  }
  informer.Stop();
  informer.given_up_ = plural + ": Windlass may use " + std::to_string(mebibytes) +
                       " MiB for all caches, which leaves no room for all " + plural +
                       "; raise the memory limit of Windlass";
  ShedLater(informer);
  informer.try_again_ =
      environment_.timers.At(environment_.clock.Now() + kGivenUpFor, [this, &informer] {
        informer.try_again_ = 0;
        informer.given_up_.clear();
        environment_.timers.Cancel(std::exchange(informer.timer_, TimerId{0}));
        Run({&informer});
      });
  informer.on_given_up();
}

// Lists each resource again for which both of these hold:
//   - Some of its objects are cut down, which means cached without their large parts.
//   - There is room for the whole smallest of these objects.
// Then sets the timer for the next look.
void Informers::LookForRoom() {
  size_t cut = 0;
  for (const auto& informer : informers_) cut += informer->running() ? informer->cut() : 0;
  // True if the last look listed a resource again, but this did not lower the number of objects
  // that are cut down. The time until the next look then doubles.
  const bool in_vain = cut > 0 && cut >= cut_at_relist_;
  room_wait_ = in_vain ? std::min(2 * room_wait_, kLookForRoomMax) : kLookForRoom;
  cut_at_relist_ = SIZE_MAX;
  for (const auto& informer : informers_) {
    const size_t bytes = informer->running() ? informer->SmallestCut() : 0;
    if (bytes == 0 || !environment_.budget->HasRoomForLarge(bytes)) continue;
    cut_at_relist_ = cut;
    informer->Relist();
  }
  look_for_room_ =
      environment_.timers.At(environment_.clock.Now() + room_wait_, [this] { LookForRoom(); });
}

// Checks the cluster's identity even if no watch broke. (An informer that recovers from a broken
// watch causes the same check.)
void Informers::TryNow(bool was_refused) {
  CheckIdentity();
  for (const auto& informer : informers_) informer->TryNow(was_refused);
}

void Informers::Reset(std::string_view why) {
  if (std::exchange(resetting_, true)) return;  // an informer that the loop below resets calls this
  for (const auto& informer : informers_) informer->Reset(why);
  resetting_ = false;
  if (on_reset) on_reset();
  CheckIdentity();
}

// Does nothing before the first Use. Also does nothing if this process watches one namespace only,
// because such a process may lack the right to read the cluster's identity.
void Informers::CheckIdentity() {
  if (namespace_.empty() && started_) identity_.Check();
}

std::vector<InformerSnapshot> Informers::Snapshots() const {
  std::vector<InformerSnapshot> shown;
  for (const auto& informer : informers_) {
    if (informer->used()) shown.push_back(informer->Snapshot(environment_.clock.Now()));
  }
  return shown;
}

}  // namespace windlass
