// What happens in one walk of the search, drawn up front from a seed: the workloads, which faults
// are on and how often they strike, and what users and machines do at which time.
//
// A plan is a text, a line for each thing, so that a walk that fails can be made smaller line by
// line, kept as a file and played again (test/sim/seeds):
//
//   seed 7
//   set end 240000
//   workload 0 rollout ns=1 replicas=3
//   fault lost-answer 20 0
//   deed 31000 scale 0 5 0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kubeclient/base/result.h"

namespace windlass::sim {

using Numbers = std::map<std::string, int64_t>;

// Returns 0 if there is no such number.
inline int64_t NumberIn(const Numbers& numbers, const std::string& name, int64_t absent = 0) {
  const auto found = numbers.find(name);
  return found == numbers.end() ? absent : found->second;
}

struct PlannedWorkload {
  size_t id = 0;     // its name is "w<id>"
  std::string kind;  // see kWorkloadKinds
  // ns: 0 or 1. app: the id of the workload whose labels it has, too; its own otherwise. replicas,
  // min-ready, surge, unavailable, history, steps (search_workload.cc), budget,
  // revert: 1 if a bad image is taken back in place.
  Numbers numbers;
};

// A kind of fault that is on, how many of a thousand calls or streams it strikes, and its longest
// duration in milliseconds, if it has one (call_fates.h).
struct PlannedFault {
  std::string kind;
  int64_t per_mille = 0;
  int64_t most = 0;
};

// Something that is done at a time, to the workload or to the daemon `who` (search_deeds.h).
struct PlannedDeed {
  int64_t at = 0;  // ms
  std::string what;
  size_t who = 0;
  int64_t a = 0;
  int64_t b = 0;
};

struct Plan {
  uint64_t seed = 0;  // of all that is drawn during the walk
  // calm: ms before the first fault. end: ms, when the faults end. lag-replica-sets, lag-pods,
  // lag-status: ms. drift-0, drift-1: ppm. small: by which factor all sizes are smaller. calls and
  // streams of a lagging replica: faults "replica" and "pinned".
  Numbers settings;
  std::vector<PlannedWorkload> workloads;
  std::vector<PlannedFault> faults;
  std::vector<PlannedDeed> deeds;  // in the order of their times

  int64_t Setting(const std::string& name, int64_t absent = 0) const {
    return NumberIn(settings, name, absent);
  }
};

// Returns the plan of a seed. A lean one has fewer and smaller workloads, and fewer deeds.
Plan DrawPlan(uint64_t seed, bool lean);

std::string TextOf(const Plan& plan);
// Returns kConfig with the line that it does not understand. Lines that begin with '#' are
// comments.
Result<Plan> ParsePlan(const std::string& text);

}  // namespace windlass::sim
