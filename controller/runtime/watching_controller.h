// A controller with caches of its own, as the runtime starts, leads and ends it. Core thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/core/controller.h"
#include "controller/runtime/controller_host.h"
#include "controller/runtime/figures.h"
#include "controller/runtime/listed_versions.h"
#include "controller/runtime/needed_right.h"

namespace windlass {

// How a term of leadership came about.
struct TermOptions {
  // Somebody else may have led before: nothing is written until the caches hold what that leader
  // wrote (L-011).
  bool barrier = false;
  // That leader did not give the Lease up, and its last writes may still be on their way; the text
  // tells this term from every other (L-012).
  std::optional<std::string> taken_over_as{};
};

class WatchingController : public Controller {
 public:
  // Starts the caches. Nothing is written before a term begins.
  virtual void Start() = 0;
  // No call of the host after it returns.
  virtual void Stop() = 0;

  // Every cache is complete that decides what the keys are.
  virtual bool HasSynced() const = 0;
  virtual void ForEachKey(const std::function<void(const ObjectKey&)>& visit) const = 0;
  // The caches of what a leader writes, as far as they are complete. All that HasSynced speaks of
  // are among them.
  virtual std::vector<ComparedCache> ComparedCaches() const = 0;

  virtual void TermBegins(const TermOptions& /*options*/) {}
  // Also called without a term.
  virtual void TermEnds() {}

  // What it may need right now: more once a user asks for more (ControllerHost::RightsChanged).
  virtual std::vector<NeededRight> RightsNeeded() const = 0;
  // Why it is not ready; and what is wrong without being a reason. A line each.
  virtual std::vector<std::string> Troubles() const = 0;
  virtual std::vector<std::string> Notes() const { return {}; }
  virtual void AddFigures(Figures& /*figures*/) const {}
};

// One entry of the list of controllers that a process runs. `host` outlives the controller.
struct ControllerEntry {
  std::string name;
  std::function<std::unique_ptr<WatchingController>(ControllerHost& host)> make;
};
using ControllerList = std::vector<ControllerEntry>;

}  // namespace windlass
