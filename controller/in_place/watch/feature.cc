#include "controller/in_place/watch/feature.h"

#include <utility>

#include "controller/in_place/pod/nodes.h"
#include "controller/in_place/watch/in_place_metrics.h"
#include "controller/runtime/needed_right.h"

namespace windlass {

InPlaceFeature::InPlaceFeature(ControllerHost& host, WorkloadCache& cache)
    : host_(host),
      cache_(host.informers()),
      lost_settings_(cache.replica_sets().store()),
      wake_ups_(cache_, cache, host),
      observer_(
          host.informers().environment().clock, host.informers().faults(),
          host.informers().environment().timers,
          [this](const ObjectReference& about, const Event& event) { host_.Record(about, event); },
          cache.workloads(), cache_.pods().store(),
          [&cache](const Pod& pod) { return cache.OwnerOfPod(pod.meta); },
          [this](const Pod& pod) { return cache_.NodeOf(pod); }) {
  cache.Extend(cache_);
  cache_.pods().store().OnChange([this](const Change<Pod>&) { host_.CacheChanged(); });
}

// Until the cache of whole Pods is complete, or without the right to watch Pods, this process
// updates no Pod in place. So a new leader need not compare that cache, and workloads without
// updates in place need not wait for it.
std::vector<ComparedCache> InPlaceFeature::ComparedCaches() const {
  if (!cache_.HasPods()) return {};
  return {Compared(cache_.pods())};
}

MonotonicTime InPlaceFeature::ViewAt() const { return cache_.pods().view_at(); }

std::vector<NeededRight> InPlaceFeature::RightsNeeded() const {
  if (!cache_.running()) return {};
  RightsList rights(host_.informers().watched_namespace(),
                    {.right = {}, .manifest = "deploy/base/rbac-in-place.yaml", .optional = true});
  rights.Add(resources::kPods, "", {"get", "patch"});
  rights.Add(resources::kPods, "status", {"patch"});
  rights.Add(resources::kPods, "resize", {"patch"});
  rights.Add(resources::kPodDisruptionBudgets, "", {"list", "watch"});
  rights.Add(resources::kNodes, "", {"list", "watch"});
  return std::move(rights).Take();
}

RolloutHold InPlaceFeature::HoldOf(const Workload& workload) const {
  return InPlaceHoldOf(workload);
}

std::string_view InPlaceFeature::StrategyOf(const Workload& workload) const {
  return InPlaceStrategyOf(workload);
}

void InPlaceFeature::AddFigures(Figures& figures) const {
  AddInPlaceFigures(observer_.figures(), figures);
}

void InPlaceFeature::TermBegins(const TermOptions& options) {
  if (options.barrier) cache_.StartOverUnlessSynced();
  observer_.Lead(true);
}

}  // namespace windlass
