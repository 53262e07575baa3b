#include "controller/runtime/deployment_controller.h"

#include <utility>

#include "controller/deployment/deployment.h"
#include "controller/runtime/pod_count.h"
#include "controller/runtime/replica_set_fence.h"
#include "controller/runtime/replica_set_folds.h"
#include "kubeclient/base/limits.h"

namespace windlass {
namespace {

// How soon an object is looked at again that was left to another controller.
constexpr Duration kRivalLook = seconds(60);

}  // namespace

DeploymentController::DeploymentController(InformerEnvironment environment, Client& client,
                                           EventRecorder& events,
                                           DeploymentControllerOptions options)
    : environment_(environment),
      options_(std::move(options)),
      cache_(environment, options_.namespace_),
      wake_ups_(
          cache_, folds_,
          [this](const ObjectKey& key, Wake wake) {
            // Before the caches are complete a sync could take a missing ReplicaSet for one that
            // was never made (D-025); AddAllWhenSynced looks at everything then.
            if (term_ != nullptr && added_all_) term_->Add(key, wake);
          },
          [this](const Deployment& deployment) {
            if (term_ != nullptr && added_all_) rivals_.ForeignStatus(deployment);
          }),
      in_place_(environment.clock, environment.timers, events, cache_.deployments().store(),
                cache_.in_place().pods().store(),
                [this](const Pod& pod) { return wake_ups_.OwnerOfPod(pod.meta); }),
      sync_environment_{environment.clock, environment.log, client, events, folds_, *this} {
  folds_.Add(Resource::kDeployments, FoldDeployments());
  folds_.Add(Resource::kReplicaSets,
             FoldReplicaSets(cache_.replica_sets().store(), environment.decoder));
  folds_.Add(Resource::kPods, FoldPods(cache_.in_place(), environment.decoder));
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
    if (change.new_object == nullptr) rivals_.Forget(change.old_object->meta.uid);
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
  rivals_ = {};
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

// --- what the runtime asks for ---

std::optional<Step> DeploymentController::Next(const ObjectKey& key, const Learned& learned,
                                               WallTime now) {
  const View view = cache_.ViewOf(key);
  if (view.deployment == nullptr) return std::nullopt;
  if (auto step = MindRivals(*view.deployment, learned, now)) return step;
  return deployment::Next(view, learned, now);
}

// One step per object to adopt or delete comes on top of the usual few; of a Pod that is updated in
// place: the end of its last drain, a read, and the patch.
int DeploymentController::StepsMax(const ObjectKey& key) const {
  const View view = cache_.ViewOf(key);
  return kStepsPerSyncMax + static_cast<int>(view.replica_sets.size() + 3 * view.whole_pods.size());
}

std::optional<ObjectReference> DeploymentController::Reference(const ObjectKey& key) const {
  const Deployment* deployment = cache_.deployments().store().Find(key);
  if (deployment == nullptr) return std::nullopt;
  const ObjectMeta& meta = deployment->meta;
  return ObjectReference{"apps/v1", "Deployment", key, meta.uid, meta.resource_version};
}

std::vector<Request> DeploymentController::FenceWrites(const ObjectKey& key,
                                                       std::string_view term) const {
  const View view = cache_.ViewOf(key);
  if (view.deployment == nullptr) return {};
  return FenceReplicaSets(view, term);
}

Controller::ReadListener DeploymentController::BeforeRead(const ObjectKey& key,
                                                          const Request& read) {
  if (read.verb() != Verb::kList) return nullptr;
  return [this, count = PodCount(cache_, key)](const Outcome& outcome) {
    if (outcome.said.ok()) count.Note(cache_, outcome.pods);
  };
}

FoldTable::Row DeploymentController::FoldDeployments() {
  return {[this](const Request& request, std::string_view body) -> Status {
    WINDLASS_TRY(Deployment deployment, environment_.decoder.DecodeDeployment(body));
    if (request.mutates()) rivals_.OwnStatus(deployment.meta);
    cache_.deployments().store().Fold(std::move(deployment));
    return Unit{};
  }};
}

// --- another controller of the same Deployments ---

std::optional<Step> DeploymentController::MindRivals(const Deployment& deployment,
                                                     const Learned& learned, WallTime now) {
  if (rivals_.SteppedBack(deployment, now)) return Wait{.look_again_in = kRivalLook};
  if (!rivals_.Suspicious(deployment)) return std::nullopt;
  Request read = Request::Get(Resource::kDeployments, KeyOf(deployment.meta));
  const Outcome* found = FindOutcome(learned, read.Identity());
  if (found == nullptr) return Read{std::move(read), "somebody else writes its status"};
  if (!found->said.ok() || !rivals_.Judge(deployment, found->said->body, now)) return std::nullopt;
  return StepBack(deployment);
}

Step DeploymentController::StepBack(const Deployment& deployment) {
  ++stepped_back_;
  environment_.log.Warning(
      "kube-controller-manager controls this deployment, too; stepping back",
      {{"deployment", KeyOf(deployment.meta).ToString()},
       {"remedy", "run kube-controller-manager with --controllers=*,-deployment-controller"}});
  return Wait{
      .look_again_in = kRivalLook,
      .events = {{Event::Type::kWarning, "ControllerConflict",
                  "kube-controller-manager writes the status of this Deployment as well; Windlass "
                  "leaves it alone. Run kube-controller-manager with "
                  "--controllers=*,-deployment-controller."}}};
}

}  // namespace windlass
