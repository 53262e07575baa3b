// A controller that has caches, with the functions by which the runtime starts and stops it, and
// tells it when a term of leadership begins and ends. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/core/controller.h"
#include "controller/runtime/controller_host.h"
#include "controller/runtime/figures.h"
#include "controller/runtime/listed_versions.h"
#include "controller/runtime/metric.h"
#include "controller/runtime/needed_right.h"
#include "kubeclient/api/resource_id.h"

namespace windlass {

// How a term of leadership came about.
struct TermOptions {
  // True if another process may have led before. Then Windlass writes nothing until the caches hold
  // what that process wrote (L-011).
  bool barrier = false;
  // Set if the former leader did not release the Lease. The last writes of that leader may then
  // still be on their way. The text identifies this term (L-012).
  std::optional<std::string> taken_over_as{};
};

class WatchingController : public Controller {
 public:
  // Starts the caches. Windlass writes nothing before a term begins.
  virtual void Start() = 0;
  // Stops the caches. The controller does not call the host after Stop returns.
  virtual void Stop() = 0;

  // Returns true if the caches that the controller needs for every decision are complete. Until
  // then the runtime syncs no key of this controller.
  virtual bool HasSynced() const = 0;
  virtual void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const = 0;
  // Returns the caches that are complete now and hold objects that a leader writes. A new leader
  // compares these caches with lists (leadership_barrier.h). If HasSynced returns true, the caches
  // that HasSynced checks are among them.
  virtual std::vector<ComparedCache> ComparedCaches() const = 0;

  virtual void TermBegins(const TermOptions& /*options*/) {}
  // The runtime calls TermEnds also when no term is under way.
  virtual void TermEnds() {}

  // Returns the rights that the controller needs right now. When users ask for more features, the
  // controller needs more rights, and calls ControllerHost::RightsChanged.
  virtual std::vector<NeededRight> RightsNeeded() const = 0;
  // Returns true while the API server does not serve a resource that the controller needs for all
  // its work. The controller waits for that resource, and Troubles names the resource.
  virtual bool WaitsForApi() const { return false; }
  // Returns whether the process is unready while this controller lacks a required right or waits
  // for a resource.
  // - true: the process is unready. The Deployment controller returns true, because it rolls out
  //   Windlass itself: a version that cannot roll out must not replace a version that can.
  // - false: the process may be ready, if at least one other controller lacks nothing.
  virtual bool HoldsReadiness() const { return false; }
  // Both return one line for each problem. Troubles returns the problems because of which the
  // controller is not ready. Notes returns the other problems.
  virtual std::vector<std::string> Troubles() const = 0;
  virtual std::vector<std::string> Notes() const { return {}; }
  // Adds the values of this controller's metrics (ControllerEntry::metrics).
  virtual void AddFigures(Figures& /*figures*/) const {}
};

// One entry of the list of controllers that a process runs. `make` makes the controller. The `host`
// that `make` gets outlives the controller.
struct ControllerEntry {
  std::string name;
  std::function<std::unique_ptr<WatchingController>(ControllerHost& host)> make;
  // One line: what the controller does, and which other controller must be switched off for it.
  // --help and the error for a missing --controllers show this line behind the name. May be empty.
  std::string about{};
  // The metrics that AddFigures adds, by topic.
  std::vector<MetricSection> metrics{};
  // The kind of custom resource whose objects only this controller handles, and whose status has
  // observedGeneration; nullopt if there is no such kind.
  std::optional<ResourceId> custom_kind{};
  // The words that this controller adds as values of open labels (MetricLabel::open), for example
  // the kind of its objects. Other controllers may add the same words.
  std::vector<LabelWords> label_words{};
};
using ControllerList = std::vector<ControllerEntry>;

// Returns every value that `label` can have in a process with these controllers, once each: first
// the words that the controllers add, then MetricLabel::values. Returns an empty list if there is
// no closed set of values.
std::vector<std::string_view> ValuesOf(const MetricLabel& label, const ControllerList& controllers);

}  // namespace windlass
