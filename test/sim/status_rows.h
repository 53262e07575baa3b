// Rollouts as users and tools see them, one for each phase and reason: what Windlass wrote into the
// modelled API server, which keeps only what the CustomResourceDefinition has.
//
// test/conditions/rows.json has them. There kstatus, Argo CD's Lua and the docs are judged by them.
#pragma once

#include <string>
#include <vector>

#include "test/sim/object.h"

namespace windlass::sim {

struct StatusRow {
  std::string name;  // "paused at a step until promoted"
  // The Rollout, without what differs from cluster to cluster; every time is one time.
  Object object;
};

// Plays each row in a world of its own. Throws std::runtime_error with the name of the row if its
// state is not reached.
std::vector<StatusRow> PlayStatusRows();

// Returns the text of rows.json.
std::string TextOf(const std::vector<StatusRow>& rows);

}  // namespace windlass::sim
