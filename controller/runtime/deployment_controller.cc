#include "controller/runtime/deployment_controller.h"

#include <utility>

#include "controller/deployment/deployment.h"

namespace windlass {

DeploymentController::DeploymentController(InformerEnvironment environment, Client& client,
                                           EventRecorder& events,
                                           DeploymentControllerOptions options)
    : environment_(environment),
      options_(std::move(options)),
      cache_(environment, options_.namespace_),
      wake_ups_(
          cache_,
          [this](const ObjectKey& key, Wake wake) {
            // Before the caches are complete a sync could take a missing ReplicaSet for one that
            // was never made (D-025); AddAllWhenSynced looks at everything then.
            if (term_ != nullptr && added_all_) term_->Add(key, wake);
          },
          [this](const Deployment& deployment) {
            if (term_ != nullptr && added_all_) term_->ForeignStatus(deployment);
          }),
      fold_(cache_, wake_ups_, environment.decoder,
            [this](const ObjectMeta& meta) {
              if (term_ != nullptr) term_->OwnStatus(meta);
            }),
      in_place_(environment.clock, environment.timers, events, cache_.deployments().store(),
                cache_.in_place().pods().store(),
                [this](const Pod& pod) { return wake_ups_.OwnerOfPod(pod.meta); }),
      next_([](const View& view, const Learned& learned, WallTime now) {
        return deployment::Next(view, learned, now);
      }),
      sync_environment_{environment.clock, environment.log, client, events, cache_, fold_, next_,
                        &in_place_} {
  cache_.deployments().on_synced = [this] { AddAllWhenSynced(); };
  cache_.replica_sets().on_synced = [this] { AddAllWhenSynced(); };
  const auto look = [this](const auto&) {
    if (barrier_ != nullptr) barrier_->Look();
  };
  cache_.deployments().store().OnChange(look);
  cache_.replica_sets().store().OnChange(look);
  cache_.pods().store().OnChange(look);
  cache_.in_place().pods().store().OnChange(look);
  // Whatever else the caches lack just now: what is gone is not asked about again.
  cache_.deployments().store().OnChange([this](const Change<Deployment>& change) {
    const bool gone = change.new_object == nullptr;
    if (gone && term_ != nullptr) term_->Forget(change.old_object->meta.uid);
  });
  cache_.on_thaw = [this] {
    added_all_ = false;
    AddAllWhenSynced();
  };
  cache_.on_resync = [this](const ObjectKey& key) {
    if (term_ != nullptr && added_all_) term_->Add(key, Wake::kResync);
  };
  cache_.on_watch_for_in_place = [this] {
    if (on_watch_for_in_place) on_watch_for_in_place();
  };
  cache_.on_reset = [this] {
    EndTerm();
    if (on_reset) on_reset();
  };
}

DeploymentController::~DeploymentController() { cache_.Stop(); }

void DeploymentController::Start() { cache_.Start(); }

void DeploymentController::BeginTerm(const TermOptions& options) {
  EndTerm();  // its end must not undo what the next one's beginning does
  added_all_ = false;
  barrier_wanted_ = options.barrier;
  if (options.barrier) cache_.in_place().StartOverUnlessSynced();
  term_ = std::make_unique<Term>(sync_environment_, environment_.random, environment_.timers,
                                 options_.syncs_max, counters_, options.taken_over_as);
  in_place_.Lead(true);
  AddAllWhenSynced();
}

void DeploymentController::EndTerm() {
  in_place_.Lead(false);
  term_.reset();
  barrier_.reset();
}

void DeploymentController::ServerIsBack() {
  cache_.TryNow();
  if (barrier_ != nullptr) barrier_->TryNow();
}

void DeploymentController::Drain() {
  if (term_ != nullptr) term_->Drain();
}

WorkQueueCounters DeploymentController::queue_counters() const {
  return term_ != nullptr ? term_->queue_counters() : WorkQueueCounters{};
}

size_t DeploymentController::rivals() const { return term_ != nullptr ? term_->rivals() : 0; }

void DeploymentController::AddAllWhenSynced() {
  if (term_ == nullptr || added_all_) return;
  if (!cache_.deployments().HasSynced() || !cache_.replica_sets().HasSynced()) return;
  if (barrier_wanted_ && barrier_ == nullptr) {
    barrier_ =
        std::make_unique<LeadershipBarrier>(environment_, cache_, [this] { AddAllWhenSynced(); });
  }
  if (barrier_ != nullptr && !barrier_->passed()) return;
  added_all_ = true;
  cache_.deployments().store().ForEach(
      [this](const Deployment& deployment) { term_->Add(KeyOf(deployment.meta), Wake::kResync); });
}

}  // namespace windlass
