// A controller with caches of its own, as the runtime starts, leads and stops it. Core thread only.
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
  // True if another process may have led before. Then nothing is written until the caches hold what
  // that process wrote (L-011).
  bool barrier = false;
  // Set if the former leader did not release the Lease, because the last writes of that leader may
  // then still be on their way. The text identifies this term (L-012).
  std::optional<std::string> taken_over_as{};
};

class WatchingController : public Controller {
 public:
  // Starts the caches. Nothing is written before a term begins.
  virtual void Start() = 0;
  // Stops the caches. The controller does not call the host after Stop returns.
  virtual void Stop() = 0;

  // Returns true if all caches are complete that the controller needs for every decision. Until
  // then no key is synced.
  virtual bool HasSynced() const = 0;
  virtual void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const = 0;
  // Returns the caches of objects that a leader writes, as far as they are complete. A new leader
  // compares them with lists (leadership_barrier.h). They include every cache that HasSynced waits
  // for.
  virtual std::vector<ComparedCache> ComparedCaches() const = 0;

  virtual void TermBegins(const TermOptions& /*options*/) {}
  // The runtime calls TermEnds also when no term is under way.
  virtual void TermEnds() {}

  // Returns the rights the controller needs right now. There are more of them when a user asks for
  // more features (ControllerHost::RightsChanged).
  virtual std::vector<NeededRight> RightsNeeded() const = 0;
  // Returns true while the API server does not serve a resource that the controller cannot do
  // without. The controller waits for that resource, and Troubles names it.
  virtual bool WaitsForApi() const { return false; }
  // Returns true if the process must not be ready while this controller lacks a right that is not
  // optional, or waits for a resource. Returns false if the process may be ready without this
  // controller, as long as another controller lacks nothing. The Deployment controller returns
  // true: it rolls out Windlass itself, and a version that cannot roll out must not replace one
  // that can.
  virtual bool HoldsReadiness() const { return false; }
  // Both return one line for each problem. Troubles: why the controller is not ready. Notes:
  // problems that do not make it unready.
  virtual std::vector<std::string> Troubles() const = 0;
  virtual std::vector<std::string> Notes() const { return {}; }
  // Adds the values of this controller's metrics (ControllerEntry::metrics).
  virtual void AddFigures(Figures& /*figures*/) const {}
};

// One entry of the list of controllers that a process runs. `make` makes the controller; the `host`
// that it gets outlives the controller.
struct ControllerEntry {
  std::string name;
  std::function<std::unique_ptr<WatchingController>(ControllerHost& host)> make;
  // One line: what the controller does, and which other controller must be switched off for it.
  // --help and the error for a missing --controllers show this line behind the name. May be empty.
  std::string about{};
  // The metrics that AddFigures adds, by topic.
  std::vector<MetricSection> metrics{};
  // The kind of custom resource that only this controller handles, if its status has
  // observedGeneration; nullopt if there is none.
  std::optional<ResourceId> custom_kind{};
  // The words that this controller adds as values of open labels: its kind, its causes. Other
  // controllers may add the same words.
  std::vector<LabelWords> label_words{};
};
using ControllerList = std::vector<ControllerEntry>;

// Returns every value that `label` can have in a process with these controllers, once each: the
// words that they add, then the label's own. Returns none if there is no closed set of values.
std::vector<std::string_view> ValuesOf(const MetricLabel& label, const ControllerList& controllers);

}  // namespace windlass
