// A whole script, played and looked at.
#pragma once

#include <string>
#include <vector>

#include "test/sim/script.h"
#include "test/sim/world.h"

namespace windlass::sim {

// Per step its title "step N: TEXT" and its lines, as expected/NAME.txt has them. The world's loop
// must not turn afterwards.
std::vector<std::vector<std::string>> PlayScript(World& world, const Script& script);

// The state at the end, without events.
std::string EndOfScript(World& world, const Script& script);

// "" when no line differs from the text of expected/NAME.txt; otherwise the steps and lines that
// do, explained ones apart.
std::string DifferencesOfScript(const Script& script,
                                const std::vector<std::vector<std::string>>& steps,
                                const std::string& expected);

}  // namespace windlass::sim
