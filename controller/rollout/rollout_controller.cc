#include "controller/rollout/rollout_controller.h"

#include <utility>

#include "controller/workload/planner.h"

namespace windlass {

RolloutController::RolloutController(ControllerHost& host)
    : RolloutController(host, std::make_shared<RolloutStore>(host.informers())) {}

RolloutController::RolloutController(ControllerHost& host,
                                     const std::shared_ptr<RolloutStore>& rollouts)
    : WorkloadController(host, rollouts), in_place_(host, own_cache()) {
  Extend(in_place_);
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
  return needed;
}

ControllerEntry RolloutControllerEntry(const RolloutController** made) {
  return {"rollout", [made](ControllerHost& host) {
            auto controller = std::make_unique<RolloutController>(host);
            if (made != nullptr) *made = controller.get();
            return controller;
          }};
}

}  // namespace windlass
