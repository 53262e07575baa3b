// The base class of all controllers of workloads. It has what does not depend on the kind: the
// caches, the wake-ups, the fence against writes of a former leader, the count of live Pods, and
// the list of needed rights.
//
//   cache change ──▶ WakeUps ──▶ ControllerHost::Wake ──▶ queue ──▶ Next (of the kind)
//
// The controller of one kind adds the store of its objects, its label values for metrics
// (RolloutWords), and Next. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/runtime/watching_controller.h"
#include "controller/workload/watch/controller_extension.h"
#include "controller/workload/watch/rollout_observer.h"
#include "controller/workload/watch/wake_ups.h"
#include "controller/workload/watch/workload_cache.h"
#include "controller/workload/watch/workload_store.h"

namespace windlass {

class WorkloadController : public WatchingController {
 public:
  const WorkloadCache& cache() const { return cache_; }

  std::string_view kind() const override { return cache_.workloads().resource().kind; }
  int StepsMax(const ObjectKey& key) const override;
  size_t LargestJson(const ObjectKey& key) const override;
  std::optional<MonotonicTime> ViewAt(const Request& write) const override;
  std::optional<ObjectReference> Reference(const ObjectKey& key) const override;
  // Returns the id and the revision of the latest rollout (rollout_id.h).
  Marks MarksOf(const ObjectKey& key) const override;
  std::optional<std::vector<Request>> FenceWrites(const ObjectKey& key,
                                                  std::string_view term) const override;
  ReadListener BeforeRead(const ObjectKey& key, const Request& read) override;
  void Written(const Because& because) override;
  void NotWritten(const Because& because, const Error& error) override;

  void Start() override { cache_.Start(); }
  void Stop() override { cache_.Stop(); }
  bool HasSynced() const override;
  bool WaitsForApi() const override;
  void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const override;
  std::vector<ComparedCache> ComparedCaches() const override;
  void TermBegins(const TermOptions& options) override;
  void TermEnds() override;

  // Returns the rights to read and patch the objects, to write their status and ReplicaSets, and to
  // watch Pods. The last elements are the rights that the extension needs in addition.
  std::vector<NeededRight> RightsNeeded() const override;
  std::vector<std::string> Troubles() const override { return cache_.Troubles(); }
  std::vector<std::string> Notes() const override;
  void AddFigures(Figures& figures) const override;

 protected:
  // `host` must outlive the controller. `workloads` has the objects of the kind, and `words` has
  // the label values of the kind in metrics.
  WorkloadController(ControllerHost& host, std::shared_ptr<WorkloadStore> workloads,
                     RolloutWords words);

  // Call at most once, in the constructor of the kind's controller. `extension` must live until the
  // last call of a function of this controller. The destructor does not use `extension`.
  void Extend(ControllerExtension& extension) { extension_ = &extension; }

  ControllerHost& host() const { return host_; }
  WorkloadCache& own_cache() { return cache_; }

  // Call if ViewOf returns nullopt for `key`. Returns nullopt if the object is gone. Otherwise
  // Windlass could not decode any version of the object yet, and this function returns a step with
  // an Event that says so.
  std::optional<Step> NextUnseen(const ObjectKey& key) const;
  // Returns the view of `key`; nullopt if the object is gone, or if Windlass could not decode any
  // version of the object.
  std::optional<View> ViewOf(const ObjectKey& key) const { return cache_.ViewOf(key); }

 private:
  RolloutObserver::Extended ExtendedOf(const Workload& workload) const;

  ControllerHost& host_;
  const std::shared_ptr<WorkloadStore> workloads_;
  WorkloadCache cache_;
  WakeUps wake_ups_;
  ControllerExtension* extension_ = nullptr;
  RolloutObserver rollouts_;
};

}  // namespace windlass
