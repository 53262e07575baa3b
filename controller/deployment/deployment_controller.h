// The Deployment controller, put together: its caches, its wake-ups, its planner.
//
//   cache change ──▶ WakeUps ──▶ ControllerHost::Wake … Next ──▶ workload::Next
//
// In-place updates are registered here: their caches, wake-ups and observer.
//
// Core thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "controller/deployment/deployment_store.h"
#include "controller/deployment/rivals.h"
#include "controller/in_place/watch/cache.h"
#include "controller/in_place/watch/observer.h"
#include "controller/in_place/watch/wake_ups.h"
#include "controller/runtime/watching_controller.h"
#include "controller/workload/watch/wake_ups.h"
#include "controller/workload/watch/workload_cache.h"

namespace windlass {

class DeploymentController final : public WatchingController {
 public:
  // `host` must outlive the controller.
  explicit DeploymentController(ControllerHost& host);

  const WorkloadCache& cache() const { return cache_; }
  const InPlaceCache& in_place() const { return in_place_; }
  // Returns the number of Deployments whose status another client wrote, as far as the present term
  // remembers them.
  size_t rivals() const { return rivals_.size(); }

  std::string_view kind() const override { return "Deployment"; }
  std::string_view log_field() const override { return "deployment"; }
  std::string_view component() const override { return "deployment-controller"; }
  std::optional<Step> Next(const ObjectKey& key, const Learned& learned, WallTime now) override;
  int StepsMax(const ObjectKey& key) const override;
  std::optional<ObjectReference> Reference(const ObjectKey& key) const override;
  std::vector<Request> FenceWrites(const ObjectKey& key, std::string_view term) const override;
  ReadListener BeforeRead(const ObjectKey& key, const Request& read) override;
  void Written(const Because& because) override { observer_.Decided(because); }
  void NotWritten(const Because& because, const Error& error) override {
    observer_.Refused(because, error);
  }

  void Start() override { cache_.Start(); }
  void Stop() override { cache_.Stop(); }
  bool HasSynced() const override;
  void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const override;
  std::vector<ComparedCache> ComparedCaches() const override;
  void TermBegins(const TermOptions& options) override;
  void TermEnds() override;

  std::vector<NeededRight> RightsNeeded() const override;
  bool HoldsReadiness() const override { return true; }
  std::vector<std::string> Troubles() const override;
  std::vector<std::string> Notes() const override;
  void AddFigures(Figures& figures) const override;

 private:
  void DeploymentChanged(const Change<Deployment>& change);
  // Returns a step if another controller writes to the Deployment, or may do so; otherwise nullopt.
  std::optional<Step> MindRivals(const Deployment& deployment, const Learned& learned,
                                 WallTime now);
  Step StepBack(const Deployment& deployment, const std::string& rival);

  ControllerHost& host_;
  DeploymentStore deployments_;
  WorkloadCache cache_;
  InPlaceCache in_place_;
  WakeUps wake_ups_;
  InPlaceWakeUps in_place_wake_ups_;
  InPlaceObserver observer_;
  Rivals rivals_;              // of the present term
  uint64_t stepped_back_ = 0;  // how often a Deployment was left to another controller
};

// Returns the Deployment controller as an entry of a process' list. Sets `made`, unless it is null,
// to the controller: other code shows its figures and caches.
ControllerEntry DeploymentControllerEntry(const DeploymentController** made = nullptr);

}  // namespace windlass
