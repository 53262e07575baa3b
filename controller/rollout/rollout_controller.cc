#include "controller/rollout/rollout_controller.h"

#include <utility>

#include "controller/workload/planner.h"

namespace windlass {

RolloutController::RolloutController(ControllerHost& host)
    : RolloutController(host, std::make_shared<RolloutStore>(host.informers())) {}

RolloutController::RolloutController(ControllerHost& host,
                                     const std::shared_ptr<RolloutStore>& rollouts)
    : WorkloadController(host, rollouts),
      in_place_(host, own_cache()),
      crd_(host.informers().environment()) {
  Extend(in_place_);
  // Wakes every key, or none before the CustomResourceDefinition is new enough.
  crd_.on_change = [this] { this->host().WakeAll(); };
  rollouts->informer().on_not_served().Add([this] { crd_.Forget(); });
  rollouts->informer().on_recovered().Add([this] {
    if (!crd_.permits()) crd_.Check();
  });
}

void RolloutController::Start() {
  crd_.Check();
  WorkloadController::Start();
}

void RolloutController::Stop() {
  crd_.Stop();
  WorkloadController::Stop();
}

std::optional<Step> RolloutController::Next(const ObjectKey& key, const Learned& learned,
                                            WallTime now) {
  const std::optional<View> view = ViewOf(key);
  if (!view) return std::nullopt;
  return workload::Next(*view, learned, now);
}

// The rights of deploy/rbac.yaml are those of Deployments; updates in place have a file for both.
std::vector<NeededRight> RolloutController::RightsNeeded() const {
  std::vector<NeededRight> needed = WorkloadController::RightsNeeded();
  for (NeededRight& right : needed) {
    if (right.manifest == NeededRight{}.manifest) right.manifest = "deploy/rbac-rollout.yaml";
  }
  needed.push_back(rollout::RightToReadCrd());
  return needed;
}

// Returns what helps while Rollouts are not served, or else while their CustomResourceDefinition is
// older: one line, because both have the same remedy.
std::vector<std::string> RolloutController::Troubles() const {
  std::vector<std::string> troubles = WorkloadController::Troubles();
  if (crd_.is_older()) troubles.push_back(crd_.Trouble());
  return troubles;
}

ControllerEntry RolloutControllerEntry(const RolloutController** made) {
  const auto make = [made](ControllerHost& host) {
    auto controller = std::make_unique<RolloutController>(host);
    if (made != nullptr) *made = controller.get();
    return controller;
  };
  return {"rollout", make,
          "rolls out Rollouts, a kind of its own; kube-controller-manager's Deployment controller "
          "stays as it is"};
}

}  // namespace windlass
