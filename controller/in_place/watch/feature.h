// All that a workload controller needs for updates in place: the caches, wake-ups and observer. A
// workload kind that offers such updates makes one InPlaceFeature and extends its controller by
// that feature. Core thread only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/in_place/watch/cache.h"
#include "controller/in_place/watch/lost_settings.h"
#include "controller/in_place/watch/observer.h"
#include "controller/in_place/watch/wake_ups.h"
#include "controller/runtime/controller_host.h"
#include "controller/workload/watch/controller_extension.h"
#include "controller/workload/watch/workload_cache.h"
#include "controller/workload/workload_kind.h"

namespace windlass {

class InPlaceFeature final : public ControllerExtension {
 public:
  // Extends `cache`, which must not be extended yet. Both references must outlive the feature.
  InPlaceFeature(ControllerHost& host, WorkloadCache& cache);

  const InPlaceCache& cache() const { return cache_; }
  // The controller fills each View from this object. It also passes to this object what the API
  // server answers in each sync.
  LostSettings& lost_settings() { return lost_settings_; }

  // Returns the cache of whole Pods, which a new leader compares with the API server before its
  // first write: updates in place write to Pods, but no leader writes to Nodes or disruption
  // budgets. Returns none while HasPods() is false.
  std::vector<ComparedCache> ComparedCaches() const override;
  MonotonicTime ViewAt() const override;
  // Returns an empty list while no workload needs the informers of updates in place.
  std::vector<NeededRight> RightsNeeded() const override;
  // Returns problems that affect only updates in place. They must neither make Windlass unready nor
  // block the rollout of a new version of it: every user with the right to edit a workload can
  // switch such updates on.
  std::vector<std::string> Notes() const override { return cache_.Troubles(); }
  void AddFigures(Figures& figures) const override;
  RolloutHold HoldOf(const Workload& workload) const override;
  std::string_view StrategyOf(const Workload& workload) const override;

  void TermBegins(const TermOptions& options) override;
  void TermEnds() override { observer_.Lead(false); }
  void Written(const Because& because) override { observer_.Decided(because); }
  void NotWritten(const Because& because, const Error& error) override {
    observer_.Refused(because, error);
  }

 private:
  ControllerHost& host_;
  InPlaceCache cache_;
  LostSettings lost_settings_;
  InPlaceWakeUps wake_ups_;
  InPlaceObserver observer_;
};

}  // namespace windlass
