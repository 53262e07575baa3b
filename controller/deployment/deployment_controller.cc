#include "controller/deployment/deployment_controller.h"

#include <utility>

#include "controller/runtime/sync.h"
#include "controller/workload/planner.h"
#include "controller/workload/watch/pod_count.h"
#include "controller/workload/watch/replica_set_fence.h"

namespace windlass {
namespace {

// How soon to look again at an object that was left to another controller.
constexpr Duration kRivalLook = seconds(60);

// Returns what to run so that `rival`, a field manager, leaves Deployments alone.
std::string SwitchOff(const std::string& rival) {
  if (rival == "kube-controller-manager") {
    return "kube-controller-manager with --controllers=*,-deployment-controller";
  }
  return rival + " without its Deployment controller, as docs/install.md describes";
}

}  // namespace

DeploymentController::DeploymentController(ControllerHost& host)
    : host_(host),
      deployments_(host.informers()),
      cache_(host.informers(), deployments_),
      in_place_(host.informers()),
      wake_ups_(cache_, host),
      in_place_wake_ups_(in_place_, cache_, host),
      observer_(
          host.informers().environment().clock, host.informers().environment().timers,
          [this](const ObjectReference& about, const Event& event) { host_.Record(about, event); },
          deployments_, in_place_.pods().store(),
          [this](const Pod& pod) { return cache_.OwnerOfPod(pod.meta); }) {
  cache_.Extend(in_place_);
  deployments_.informer().on_reply.Add(
      [this](const Request& request, const Deployment& deployment) {
        if (request.mutates()) rivals_.OwnStatus(deployment.meta);
      });
  deployments_.informer().on_synced().Add([this] { host_.CacheSynced(); });
  cache_.replica_sets().on_synced.Add([this] { host_.CacheSynced(); });
  const auto changed = [this](const auto&) { host_.CacheChanged(); };
  deployments_.objects().OnChange(changed);
  cache_.replica_sets().store().OnChange(changed);
  cache_.pods().store().OnChange(changed);
  in_place_.pods().store().OnChange(changed);
  deployments_.objects().OnChange(
      [this](const Change<Deployment>& change) { DeploymentChanged(change); });
  cache_.on_thaw = [this] { host_.WakeAll(); };
  cache_.on_resync = [this](const ObjectKey& key) { host_.Wake(key, Wake::kResync); };
  cache_.on_extension_needed = [this] { host_.RightsChanged(); };
}

// --- start, terms ---

bool DeploymentController::HasSynced() const {
  return deployments_.informer().HasSynced() && cache_.replica_sets().HasSynced();
}

void DeploymentController::ForEachKey(const std::function<void(const ObjectKey&)>& visit) const {
  deployments_.objects().ForEach(
      [&](const Deployment& deployment) { visit(KeyOf(deployment.meta)); });
}

// Includes whole Pods, because in-place updates write to them. Leaves out Nodes and disruption
// budgets, which no leader writes.
std::vector<ComparedCache> DeploymentController::ComparedCaches() const {
  std::vector<ComparedCache> caches = cache_.ComparedCaches();
  // Without the right to watch whole Pods, this process updates none in place, and other
  // Deployments must not wait for them.
  if (in_place_.HasPods()) caches.push_back(Compared(in_place_.pods()));
  return caches;
}

void DeploymentController::TermBegins(const TermOptions& options) {
  if (options.barrier) in_place_.StartOverUnlessSynced();
  observer_.Lead(true);
}

void DeploymentController::TermEnds() {
  observer_.Lead(false);
  rivals_ = {};
}

// --- what the runtime asks for ---

std::optional<Step> DeploymentController::Next(const ObjectKey& key, const Learned& learned,
                                               WallTime now) {
  const Deployment* deployment = deployments_.objects().Find(key);
  if (deployment == nullptr) return std::nullopt;
  if (auto step = MindRivals(*deployment, learned, now)) return step;
  return workload::Next(*cache_.ViewOf(key), learned, now);
}

// The usual few steps, plus one per ReplicaSet to adopt or delete, plus three per Pod updated in
// place: the end of its last drain, a read, and the patch.
int DeploymentController::StepsMax(const ObjectKey& key) const {
  const std::optional<View> view = cache_.ViewOf(key);
  if (!view) return kStepsPerSyncMax;
  return kStepsPerSyncMax +
         static_cast<int>(view->replica_sets.size() + 3 * view->whole_pods.size());
}

std::optional<ObjectReference> DeploymentController::Reference(const ObjectKey& key) const {
  const Deployment* deployment = deployments_.objects().Find(key);
  if (deployment == nullptr) return std::nullopt;
  const ObjectMeta& meta = deployment->meta;
  return ObjectReference{"apps/v1", "Deployment", key, meta.uid, meta.resource_version};
}

std::vector<Request> DeploymentController::FenceWrites(const ObjectKey& key,
                                                       std::string_view term) const {
  const std::optional<View> view = cache_.ViewOf(key);
  if (!view) return {};
  return FenceReplicaSets(*view, term);
}

Controller::ReadListener DeploymentController::BeforeRead(const ObjectKey& key,
                                                          const Request& read) {
  if (read.verb() != Verb::kList) return nullptr;
  return [this, count = PodCount(cache_, key)](const Outcome& outcome) {
    if (outcome.said.ok()) count.Note(cache_, outcome.pods);
  };
}

// --- another controller of the same Deployments ---

void DeploymentController::DeploymentChanged(const Change<Deployment>& change) {
  const Deployment* before = change.old_object;
  const Deployment* now = change.new_object;
  // Even if the caches are incomplete just now: a Deployment that is gone is never asked about
  // again.
  if (now == nullptr) return rivals_.Forget(before->meta.uid);
  if (before == nullptr || before->status == now->status) return;
  if (host_.InTerm() && !host_.IsFolding(KeyOf(now->meta))) rivals_.ForeignStatus(*now);
}

std::optional<Step> DeploymentController::MindRivals(const Deployment& deployment,
                                                     const Learned& learned, WallTime now) {
  if (rivals_.SteppedBack(deployment, now)) return Wait{.look_again_in = kRivalLook};
  if (!rivals_.Suspicious(deployment)) return std::nullopt;
  Request read = Request::Get(resources::kDeployments, KeyOf(deployment.meta));
  const Outcome* found = FindOutcome(learned, read.Identity());
  if (found == nullptr) return Read{std::move(read), "somebody else writes its status"};
  if (!found->said.ok()) return std::nullopt;
  const std::string rival = rivals_.Judge(deployment, found->said->body, now);
  if (rival.empty()) return std::nullopt;
  return StepBack(deployment, rival);
}

Step DeploymentController::StepBack(const Deployment& deployment, const std::string& rival) {
  ++stepped_back_;
  const std::string remedy = SwitchOff(rival);
  host_.informers().environment().log.Warning(
      rival + " controls this deployment, too; stepping back",
      {{"deployment", KeyOf(deployment.meta).ToString()}, {"remedy", "run " + remedy}});
  return Wait{.look_again_in = kRivalLook,
              .events = {{Event::Type::kWarning, "ControllerConflict",
                          rival +
                              " writes the status of this Deployment as well; Windlass leaves "
                              "it alone. Run " +
                              remedy + "."}}};
}

ControllerEntry DeploymentControllerEntry(const DeploymentController** made) {
  return {"deployment", [made](ControllerHost& host) {
            auto controller = std::make_unique<DeploymentController>(host);
            if (made != nullptr) *made = controller.get();
            return controller;
          }};
}

}  // namespace windlass
