// Makes a plan that fails smaller, as long as the same invariant fails: it leaves out deeds, faults
// and workloads, first many at once and then one by one, and takes the settings and numbers away.
#pragma once

#include <functional>
#include <string>

#include "test/sim/search_plan.h"

namespace windlass::sim {

struct Shrunk {
  Plan plan;
  int walks = 0;        // that were tried
  bool in_time = true;  // false: the time was over before nothing more could be left out
};

// `broken` returns the invariant that a plan breaks, "" if none. `time_is_over` ends it early.
Shrunk Shrink(Plan plan, const std::string& invariant,
              const std::function<std::string(const Plan&)>& broken,
              const std::function<bool()>& time_is_over);

}  // namespace windlass::sim
