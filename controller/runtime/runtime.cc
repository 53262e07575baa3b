#include "controller/runtime/runtime.h"

#include <utility>

#include "kubeclient/base/assert.h"

namespace windlass {

// One controller, and its state in the present term.
class Runtime::Lane final : public ControllerHost {
 public:
  Lane(Runtime& runtime, uint8_t index) : runtime_(runtime), index_(index) {}

  QueueKey Key(const ObjectKey& key) const { return {key, index_}; }

  Informers& informers() override { return runtime_.informers_; }
  void Record(const ObjectReference& about, const Event& event) override {
    runtime_.sync_environment_.Record(Key({}), about, event);
  }

  // Ignores wake-ups before the caches are complete. Otherwise a sync could miss a ReplicaSet that
  // is not in the cache yet, and create it a second time (D-025).
  void Wake(const ObjectKey& key, windlass::Wake wake) override {
    if (wake == windlass::Wake::kResync && !runtime_.options_.resync) return;
    if (InTerm() && !IsFolding(key)) runtime_.term_->Add(Key(key), wake);
  }
  bool IsFolding(const ObjectKey& key) const override {
    return runtime_.informers_.folds().folding() == Key(key);
  }
  bool InTerm() const override { return runtime_.term_ != nullptr && looked_at_all; }
  void CacheSynced() override { runtime_.WakeAllWhenSynced(*this); }
  void WakeAll() override {
    looked_at_all = false;
    runtime_.WakeAllWhenSynced(*this);
  }
  void CacheChanged() override {
    if (barrier != nullptr) barrier->Look();
  }
  void RightsChanged() override {
    if (runtime_.on_rights_changed) runtime_.on_rights_changed();
  }

  std::unique_ptr<WatchingController> controller;
  std::unique_ptr<LeadershipBarrier> barrier;
  bool looked_at_all = false;

 private:
  Runtime& runtime_;
  const uint8_t index_;
};

Runtime::Runtime(InformerEnvironment environment, Client& client, EventRecorder& events,
                 RuntimeOptions options, const ControllerList& controllers)
    : informers_(environment, options.namespace_),
      environment_(informers_.environment()),
      options_(std::move(options)),
      sync_environment_{environment.clock, environment.log,   client, events, informers_.folds(),
                        controllers_,      environment.timers} {
  WL_ASSERT(controllers.size() <= UINT8_MAX);
  informers_.on_reset = [this] { Reset(); };
  informers_.on_emptied = [this] {
    if (on_cache_emptied) on_cache_emptied();
  };
  for (const ControllerEntry& entry : controllers) {
    Lane& lane =
        *lanes_.emplace_back(std::make_unique<Lane>(*this, static_cast<uint8_t>(lanes_.size())));
    lane.controller = entry.make(lane);
    controllers_.push_back(lane.controller.get());
    names_.push_back(entry.name);
  }
}

Runtime::~Runtime() {
  for (const auto& lane : lanes_) lane->controller->Stop();
}

void Runtime::Start() {
  for (const auto& lane : lanes_) lane->controller->Start();
}

void Runtime::BeginTerm(const TermOptions& options) {
  EndTerm();  // the assignment below would destroy the old term only after it made the new one
  barrier_wanted_ = options.barrier;
  term_ = std::make_unique<Term>(sync_environment_, environment_.random, environment_.timers,
                                 options_.syncs_max, counters_, options.taken_over_as);
  term_->on_forbidden = on_write_forbidden;
  for (const auto& lane : lanes_) {
    lane->looked_at_all = false;
    lane->controller->TermBegins(options);
    WakeAllWhenSynced(*lane);
  }
}

void Runtime::EndTerm() {
  for (const auto& lane : lanes_) lane->controller->TermEnds();
  term_.reset();
  for (const auto& lane : lanes_) lane->barrier.reset();
}

void Runtime::Reset() {
  EndTerm();
  if (on_reset) on_reset();
}

void Runtime::ServerIsBack(bool was_refused) {
  informers_.TryNow(was_refused);
  for (const auto& lane : lanes_) {
    if (lane->barrier != nullptr) lane->barrier->TryNow();
  }
}

void Runtime::ForEach(const std::function<void(const WatchingController&)>& visit) const {
  for (const auto& lane : lanes_) visit(*lane->controller);
}

void Runtime::Drain() {
  if (term_ != nullptr) term_->Drain();
}

WorkQueueCounters Runtime::queue_counters() const {
  return term_ != nullptr ? term_->queue_counters() : WorkQueueCounters{};
}

std::vector<Runtime::AtBarrier> Runtime::at_barrier() const {
  std::vector<AtBarrier> waiting;
  for (size_t i = 0; i < lanes_.size(); ++i) {
    const LeadershipBarrier* barrier = lanes_[i]->barrier.get();
    if (barrier == nullptr || barrier->passed()) continue;
    waiting.push_back({i, environment_.clock.Now() - barrier->started(), barrier->trouble()});
  }
  return waiting;
}

// Adds every key of the lane's controller to the queue, as soon as the controller's caches are
// complete (D-025) and the barrier is passed.
void Runtime::WakeAllWhenSynced(Lane& lane) {
  if (term_ == nullptr || lane.looked_at_all || !lane.controller->HasSynced()) return;
  // A controller without caches to compare needs no barrier.
  if (barrier_wanted_ && lane.barrier == nullptr && !lane.controller->ComparedCaches().empty()) {
    lane.barrier = std::make_unique<LeadershipBarrier>(
        environment_, [&lane] { return lane.controller->ComparedCaches(); },
        [this, &lane] { WakeAllWhenSynced(lane); });
  }
  if (lane.barrier != nullptr && !lane.barrier->passed()) return;
  lane.looked_at_all = true;
  lane.controller->ForEachKey(
      [&](const ObjectKey& key) { term_->Add(lane.Key(key), Wake::kResync); });
}

}  // namespace windlass
