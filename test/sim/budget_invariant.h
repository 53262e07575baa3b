// Checks PodDisruptionBudgets against what really runs: no serving Pod is deleted, restarted in
// place or taken out of traffic while fewer others serve than its budgets require. Not for
// scenarios in which Pods are deleted without asking the budget, for example by scaling down a
// ReplicaSet.
#pragma once

#include <string>
#include <vector>

#include "test/sim/world.h"

namespace windlass::sim {

class BudgetInvariant {
 public:
  // A Pod whose label `off_label` is `off_value` counts as out of traffic. No Pod does if
  // `off_label` is empty.
  explicit BudgetInvariant(World& world, std::string off_label = "", std::string off_value = "");
  BudgetInvariant(const BudgetInvariant&) = delete;
  BudgetInvariant& operator=(const BudgetInvariant&) = delete;

  // Returns the number of serving Pods that were taken down. A test checks that it is not 0.
  int taken_down() const { return taken_down_; }
  // Returns "" or the violations, each with the last lines of the trace before it.
  std::string Complaints() const;

 private:
  void OnChange(const Change& change);
  bool Serves(const Json& pod) const;

  World& world_;
  std::string off_label_;
  std::string off_value_;
  int taken_down_ = 0;
  std::vector<std::string> complaints_;
};

}  // namespace windlass::sim
