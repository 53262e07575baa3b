// What the metrics of a simulated process say of rollouts, as maps that tests compare.
#pragma once

#include <map>
#include <string>

#include "test/sim/two_kinds.h"

namespace windlass::sim {

inline constexpr Duration kRolloutLimit = seconds(3600);

// "<metric without windlass_> <label value> …" to its value; of a histogram the number of values.
using Page = std::map<std::string, double>;

// Returns what the controllers of the process show. Fails the test if a label has a value that is
// none of its metric's.
Page PageOf(const WindlassProcess& windlass);
// Returns the sum of the histogram of durations with these labels: "Deployment RollingUpdate
// complete". Seconds.
double SumOfDurations(const WindlassProcess& windlass, const std::string& labels);

// Returns the series of the page whose text begins with `what`.
Page Only(const Page& page, const std::string& what);
inline Page Finished(const WindlassProcess& windlass) {
  return Only(PageOf(windlass), "rollouts_finished_total ");
}
inline Page Started(const WindlassProcess& windlass) {
  return Only(PageOf(windlass), "rollouts_started_total ");
}
inline Page UnderWay(const WindlassProcess& windlass) {
  return Only(PageOf(windlass), "rollouts ");
}
inline Page Rollbacks(const WindlassProcess& windlass) {
  return Only(PageOf(windlass), "rollbacks_total ");
}

// Runs until all Pods are new and available, and five seconds more. Fails the test after an hour.
void Complete(World& world, const std::string& name, World::Kind kind = World::kDeployments);
// Runs until a Pod of the latest template exists.
void Midway(World& world, const std::string& name, World::Kind kind = World::kDeployments);

inline const std::string kDeploymentPrefix = "default Deployment RollingUpdate ";
inline const std::string kRolloutPrefix = "default Rollout RollingUpdate ";

}  // namespace windlass::sim
