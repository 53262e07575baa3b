// What PodDisruptionBudgets are there for, judged from what really runs: no Pod that serves is
// deleted, restarted in place or taken out of traffic while fewer others serve than its budgets
// want. Not for scenarios in which somebody deletes Pods without asking, as a ReplicaSet that is
// scaled down does.
#pragma once

#include <string>
#include <vector>

#include "test/sim/world.h"

namespace windlass::sim {

class BudgetInvariant {
 public:
  // Pods with that label, if any, are out of traffic.
  explicit BudgetInvariant(World& world, std::string off_label = "", std::string off_value = "");
  BudgetInvariant(const BudgetInvariant&) = delete;
  BudgetInvariant& operator=(const BudgetInvariant&) = delete;

  // Pods that served and were taken down; a test that wants some looks here.
  int taken_down() const { return taken_down_; }
  // "" or what was done, each with what had happened right before.
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
