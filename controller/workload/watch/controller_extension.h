// What a controller of workloads asks of a feature that needs watches of its own, such as updates
// in place. A controller without such a feature has no ControllerExtension. Core thread only.
//
// The same feature has two more interfaces: watch_extension.h for the caches, and extension.h of
// controller/workload for the planner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/core/step.h"
#include "controller/runtime/figures.h"
#include "controller/runtime/listed_versions.h"
#include "controller/runtime/needed_right.h"
#include "controller/runtime/watching_controller.h"
#include "controller/workload/workload_kind.h"

namespace windlass {

class ControllerExtension {
 public:
  ControllerExtension() = default;
  virtual ~ControllerExtension() = default;
  ControllerExtension(const ControllerExtension&) = delete;
  ControllerExtension& operator=(const ControllerExtension&) = delete;

  // The controller adds the results of ComparedCaches, RightsNeeded, Notes and AddFigures to its
  // own (watching_controller.h).
  virtual std::vector<ComparedCache> ComparedCaches() const = 0;
  // Returns when the feature's cache of Pods was last known to match the API server.
  virtual MonotonicTime ViewAt() const = 0;
  // Returns the rights of the feature, without those that every controller of workloads needs.
  virtual std::vector<NeededRight> RightsNeeded() const = 0;
  virtual std::vector<std::string> Notes() const = 0;
  virtual void AddFigures(Figures& figures) const = 0;

  // Returns what holds up the workload's rollout, as far as the feature knows.
  virtual RolloutHold HoldOf(const Workload& workload) const = 0;
  // Returns the strategy of the feature that the workload asks for, as a value of the label
  // `strategy` of rollout metrics; "" if the workload does not ask for the feature.
  virtual std::string_view StrategyOf(const Workload& workload) const = 0;

  virtual void TermBegins(const TermOptions& options) = 0;
  virtual void TermEnds() = 0;
  virtual void Written(const Because& because) = 0;
  virtual void NotWritten(const Because& because, const Error& error) = 0;
};

}  // namespace windlass
