// The functions that a controller of workloads calls on an extension. An extension is a feature
// that needs watches of its own, such as updates in place. A controller without such a feature has
// no ControllerExtension. Core thread only.
//
// An extension has two more interfaces. The caches call WatchExtension (watch_extension.h), and the
// planner calls Extension (controller/workload/extension.h).
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

  // ComparedCaches, RightsNeeded, Notes and AddFigures do for the extension what the controller's
  // functions of the same names do (watching_controller.h). The controller's functions call them,
  // and add their results to the controller's own.
  virtual std::vector<ComparedCache> ComparedCaches() const = 0;
  // Returns when the extension's cache of Pods was last known to match the API server.
  virtual MonotonicTime ViewAt() const = 0;
  // Returns the rights that only the extension needs. Rights that every controller of workloads
  // needs are left out.
  virtual std::vector<NeededRight> RightsNeeded() const = 0;
  virtual std::vector<std::string> Notes() const = 0;
  virtual void AddFigures(Figures& figures) const = 0;

  // Returns what holds up the workload's rollout; an empty RolloutHold if the extension knows of
  // nothing.
  virtual RolloutHold HoldOf(const Workload& workload) const = 0;
  // Returns the extension's value for the label `strategy` of the workload's rollout metrics.
  // Returns "" if the workload does not ask for the extension.
  virtual std::string_view StrategyOf(const Workload& workload) const = 0;

  virtual void TermBegins(const TermOptions& options) = 0;
  virtual void TermEnds() = 0;
  virtual void Written(const Because& because) = 0;
  virtual void NotWritten(const Because& because, const Error& error) = 0;
};

}  // namespace windlass
