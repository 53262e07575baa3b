#include "controller/runtime/deployment_controller.h"

#include <utility>

#include "controller/deployment/deployment.h"
#include "controller/runtime/pod_count.h"
#include "controller/runtime/replica_set_fence.h"
#include "controller/runtime/sync.h"

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
      cache_(host.informers()),
      wake_ups_(cache_, host,
                [this](const Deployment& deployment) {
                  if (host_.InTerm()) rivals_.ForeignStatus(deployment);
                }),
      in_place_(
          host.informers().environment().clock, host.informers().environment().timers,
          [this](const ObjectReference& about, const Event& event) { host_.Record(about, event); },
          cache_.deployments().store(), cache_.in_place().pods().store(),
          [this](const Pod& pod) { return wake_ups_.OwnerOfPod(pod.meta); }) {
  cache_.on_deployment_reply().Add([this](const Request& request, const Deployment& deployment) {
    if (request.mutates()) rivals_.OwnStatus(deployment.meta);
  });
  cache_.deployments().on_synced.Add([this] { host_.CacheSynced(); });
  cache_.replica_sets().on_synced.Add([this] { host_.CacheSynced(); });
  const auto changed = [this](const auto&) { host_.CacheChanged(); };
  cache_.deployments().store().OnChange(changed);
  cache_.replica_sets().store().OnChange(changed);
  cache_.pods().store().OnChange(changed);
  cache_.in_place().pods().store().OnChange(changed);
  // Even if the caches are incomplete just now: a Deployment that is gone is never asked about
  // again.
  cache_.deployments().store().OnChange([this](const Change<Deployment>& change) {
    if (change.new_object == nullptr) rivals_.Forget(change.old_object->meta.uid);
  });
  cache_.on_thaw = [this] { host_.LookAtAll(); };
  cache_.on_resync = [this](const ObjectKey& key) { host_.Wake(key, Wake::kResync); };
  cache_.on_watch_for_in_place = [this] { host_.RightsChanged(); };
}

// --- start, terms ---

bool DeploymentController::HasSynced() const {
  return cache_.deployments().HasSynced() && cache_.replica_sets().HasSynced();
}

void DeploymentController::ForEachKey(const std::function<void(const ObjectKey&)>& visit) const {
  cache_.deployments().store().ForEach(
      [&](const Deployment& deployment) { visit(KeyOf(deployment.meta)); });
}

// Includes whole Pods, because in-place updates write to them. Leaves out Nodes and disruption
// budgets, which no leader writes.
std::vector<ComparedCache> DeploymentController::ComparedCaches() const {
  std::vector<ComparedCache> caches = {Compared(cache_.deployments()),
                                       Compared(cache_.replica_sets())};
  // While the first list of Pods is incomplete, no decision was based on them.
  if (cache_.watches_pods() && cache_.pods().HasSynced()) caches.push_back(Compared(cache_.pods()));
  // Without the right to watch whole Pods, this process updates none in place, and other
  // Deployments must not wait for them.
  if (cache_.in_place().HasPods()) caches.push_back(Compared(cache_.in_place().pods()));
  return caches;
}

void DeploymentController::TermBegins(const TermOptions& options) {
  if (options.barrier) cache_.in_place().StartOverUnlessSynced();
  in_place_.Lead(true);
}

void DeploymentController::TermEnds() {
  in_place_.Lead(false);
  rivals_ = {};
}

// --- what the runtime asks for ---

std::optional<Step> DeploymentController::Next(const ObjectKey& key, const Learned& learned,
                                               WallTime now) {
  const Deployment* deployment = cache_.deployments().store().Find(key);
  if (deployment == nullptr) return std::nullopt;
  if (auto step = MindRivals(*deployment, learned, now)) return step;
  return deployment::Next(*cache_.ViewOf(key), learned, now);
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
  const Deployment* deployment = cache_.deployments().store().Find(key);
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
