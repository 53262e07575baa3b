// Plays a whole script and records what is seen.
#pragma once

#include <string>
#include <vector>

#include "test/sim/script.h"
#include "test/sim/world.h"

namespace windlass::sim {

// Returns for each step its title "step N: TEXT" and its lines, in the format of expected/NAME.txt.
// The world's loop must not run afterwards. The script is played to owners of this kind.
std::vector<std::vector<std::string>> PlayScript(World& world, const Script& script,
                                                 World::Kind kind = World::kDeployments);

// Returns the state at the end, without events.
std::string EndOfScript(World& world, const Script& script,
                        World::Kind kind = World::kDeployments);

// Returns "" if no line differs from the text of expected/NAME.txt; otherwise the steps and lines
// that differ. Differences that the script explains do not count.
std::string DifferencesOfScript(const Script& script,
                                const std::vector<std::vector<std::string>>& steps,
                                const std::string& expected);

}  // namespace windlass::sim
