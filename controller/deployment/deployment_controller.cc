#include "controller/deployment/deployment_controller.h"

#include <utility>
#include <vector>

#include "controller/api/custom_resources.h"
#include "controller/in_place/phases/extension.h"
#include "controller/in_place/watch/feature.h"
#include "controller/in_place/watch/in_place_metrics.h"
#include "controller/in_place/watch/rollouts.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/watch/old_counts.h"
#include "controller/workload/watch/rollout_metrics.h"

namespace windlass {
namespace {

// Windlass looks again after this time at a Deployment that it left to another controller.
constexpr Duration kRivalLook = seconds(60);

constexpr Metric kSteppedBackTotal{
    "windlass_stepped_back_total",
    MetricType::kCounter,
    "Times that Windlass left a Deployment to another controller that writes its status.",
    {},
    "[install.md](install.md#3-switch-the-stock-controller-off) says how to switch that controller "
    "off."};

// Returns what to run so that `rival`, a field manager, leaves Deployments alone.
std::string SwitchOff(const std::string& rival) {
  if (rival == "kube-controller-manager") {
    return "kube-controller-manager with --controllers=*,-deployment-controller";
  }
  return rival + " without its Deployment controller, as docs/install.md describes";
}

RolloutWords Words() { return InPlaceWords(resources::kDeployments.kind); }

}  // namespace

DeploymentStore::DeploymentStore(Informers& informers)
    : WorkloadStoreOf(
          informers,
          {"deployments", informers.All(resources::kDeployments), &DecodeDeployment,
           ReplyFolding<Deployment>{.removes = true}},
          [this](const Deployment& object) { return deployment::AsWorkload(kind_, object); }) {}

DeploymentController::DeploymentController(ControllerHost& host)
    : DeploymentController(host, std::make_shared<DeploymentStore>(host.informers())) {}

DeploymentController::DeploymentController(ControllerHost& host,
                                           const std::shared_ptr<DeploymentStore>& deployments)
    : WorkloadController(host, deployments, Words()),
      deployments_(*deployments),
      in_place_(std::make_unique<InPlaceFeature>(host, own_cache())) {
  Extend(*in_place_);
  deployments_.kind().Extend(in_place::InPlaceExtension());
  // Windlass reports that the selector of a Deployment overlaps with that of another owner only if
  // the other owner is a Rollout. Like upstream, Windlass does not warn about two Deployments with
  // the same selector (RO-163).
  own_cache().overlaps().Count([](const OwnerReference& owner) {
    return owner.kind == resources::kRollouts.kind &&
           owner.api_version.text().starts_with(std::string(resources::kRollouts.group) + "/");
  });
  deployments_.informer().on_reply.Add(
      [this](const Request& request, const Deployment& deployment) {
        if (request.mutates()) rivals_.OwnStatus(deployment.meta);
      });
  deployments_.objects().OnChange(
      [this](const Change<Deployment>& change) { DeploymentChanged(change); });
}

DeploymentController::~DeploymentController() = default;

const InPlaceCache& DeploymentController::in_place() const { return in_place_->cache(); }

void DeploymentController::TermEnds() {
  WorkloadController::TermEnds();
  rivals_ = {};
}

std::optional<Step> DeploymentController::Next(const ObjectKey& key, const Learned& learned,
                                               WallTime now) {
  const Deployment* deployment = deployments_.objects().Find(key);
  if (deployment == nullptr) return NextUnseen(key);
  if (auto step = MindRivals(*deployment, learned, now)) return step;
  TrustOldCounts(own_cache().replica_sets().store(), deployment->meta.uid, now);
  std::optional<View> view = ViewOf(key);
  in_place_->lost_settings().Fill(*view);
  in_place_->lost_settings().Note(*view, learned, now);
  return workload::Next(*view, learned, now);
}

void DeploymentController::AddFigures(Figures& figures) const {
  figures.Count(kSteppedBackTotal, stepped_back_);
  WorkloadController::AddFigures(figures);
}

// --- another controller of the same Deployments ---

void DeploymentController::DeploymentChanged(const Change<Deployment>& change) {
  const Deployment* before = change.old_object;
  const Deployment* now = change.new_object;
  // A deleted Deployment is forgotten even outside of a term, because a deletion is reported only
  // once.
  if (now == nullptr) return rivals_.Forget(before->meta.uid);
  if (before == nullptr || before->status == now->status) return;
  if (host().InTerm() && !host().IsFolding(KeyOf(now->meta))) rivals_.ForeignStatus(*now);
}

std::optional<Step> DeploymentController::MindRivals(const Deployment& deployment,
                                                     const Learned& learned, WallTime now) {
  if (rivals_.SteppedBack(deployment, now)) return Wait{.look_again_in = kRivalLook};
  if (!rivals_.Suspicious(deployment)) return std::nullopt;
  Request read = Request::Get(resources::kDeployments, KeyOf(deployment.meta));
  const Outcome* found = FindOutcome(learned, read.Identity());
  if (found == nullptr)
    return Read{std::move(read), "perhaps another client writes the status of the Deployment"};
  if (!found->said.ok()) return std::nullopt;
  const std::string rival = rivals_.Judge(deployment, found->said->body, now);
  if (rival.empty()) return std::nullopt;
  return StepBack(deployment, rival);
}

Step DeploymentController::StepBack(const Deployment& deployment, const std::string& rival) {
  ++stepped_back_;
  const std::string remedy = SwitchOff(rival);
  host().informers().environment().log.Warning(
      rival + " writes the status of this deployment, too; Windlass leaves the deployment alone",
      {{"deployment", KeyOf(deployment.meta).ToString()}, {"remedy", "run " + remedy}});
  return Wait{.look_again_in = kRivalLook,
              .events = {{Event::Type::kWarning, "ControllerConflict",
                          "Windlass leaves this Deployment alone, because " + rival +
                              " writes its status as well. Run " + remedy + "."}}};
}

ControllerEntry DeploymentControllerEntry(const DeploymentController** made) {
  std::vector<MetricSection> metrics = RolloutMetrics();
  metrics.push_back(InPlaceMetrics());
  metrics.push_back({"Decisions", {&kSteppedBackTotal}});
  const auto make = [made](ControllerHost& host) {
    auto controller = std::make_unique<DeploymentController>(host);
    if (made != nullptr) *made = controller.get();
    return controller;
  };
  return {"deployment",
          make,
          "replaces kube-controller-manager's Deployment controller, which must be off",
          std::move(metrics),
          std::nullopt,
          LabelWordsOf(Words())};
}

}  // namespace windlass
