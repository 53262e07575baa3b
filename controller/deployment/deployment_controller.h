// The Deployment controller: a WorkloadController that rolls out Deployments, by new Pods or in
// place. It leaves a Deployment alone while another Deployment controller writes the status of that
// Deployment. Core thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/deployment/deployment_workload.h"
#include "controller/deployment/rivals.h"
#include "controller/workload/watch/workload_controller.h"
#include "controller/workload/watch/workload_store.h"
#include "kubeclient/api/deployment.h"

namespace windlass {

class InPlaceCache;
class InPlaceFeature;

// The cached Deployments, converted to workloads. The code that caches workloads reads Deployments
// only through this class.
class DeploymentStore final : public WorkloadStoreOf<Deployment> {
 public:
  explicit DeploymentStore(Informers& informers);

  // The kind that every workload of this store refers to.
  deployment::DeploymentKind& kind() { return kind_; }

 private:
  deployment::DeploymentKind kind_;
};

class DeploymentController final : public WorkloadController {
 public:
  // `host` must outlive the controller.
  explicit DeploymentController(ControllerHost& host);
  ~DeploymentController() override;

  const InPlaceCache& in_place() const;
  // Returns the number of Deployments that are remembered because another client wrote their status
  // in the present term.
  size_t rivals() const { return rivals_.size(); }

  std::string_view log_field() const override { return "deployment"; }
  std::string_view component() const override { return "deployment-controller"; }
  std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime now) override;
  void TermEnds() override;
  bool HoldsReadiness() const override { return true; }
  void AddFigures(Figures& figures) const override;

 private:
  DeploymentController(ControllerHost& host, const std::shared_ptr<DeploymentStore>& deployments);

  void DeploymentChanged(const Change<Deployment>& change);
  // Returns the step that keeps Windlass from a Deployment whose status another Deployment
  // controller writes: a Wait, or the Read that finds out whether there is such a controller.
  // Returns nullopt if Windlass may act on the Deployment.
  std::optional<Step> MindRivals(const Deployment& deployment, const Learned& learned,
                                 WallTime now);
  Step StepBack(const Deployment& deployment, const std::string& rival);

  DeploymentStore& deployments_;
  const std::unique_ptr<InPlaceFeature> in_place_;
  Rivals rivals_;              // of the present term
  uint64_t stepped_back_ = 0;  // how often a Deployment was left to another controller
};

// Returns the entry of the Deployment controller for a ControllerList. If `made` is not null, the
// entry sets `*made` to the controller that it makes, so that other code can show the controller's
// figures and caches.
ControllerEntry DeploymentControllerEntry(const DeploymentController** made = nullptr);

}  // namespace windlass
