// Plays a whole script and records what is seen.
#pragma once

#include <string>
#include <vector>

#include "test/sim/script.h"
#include "test/sim/script_player.h"
#include "test/sim/script_view.h"
#include "test/sim/world.h"

namespace windlass::sim {

// A script that is played to the owners of one kind, step by step. Several may run in one world.
class ScriptRun {
 public:
  // The world's loop must not run after this object is gone.
  explicit ScriptRun(World& world, World::Kind kind = World::kDeployments)
      : player_(world, kind), view_(world.api(), player_.names()) {}

  void Play(const ScriptStep& step);
  // Returns for each step its title "step N: TEXT" and the lines of its state.
  const std::vector<std::vector<std::string>>& steps() const { return steps_; }

 private:
  ScriptPlayer player_;
  ScriptView view_;
  std::vector<std::vector<std::string>> steps_;
};

// Plays a whole script to owners of one kind; returns ScriptRun::steps. The world's loop must not
// run afterwards.
std::vector<std::vector<std::string>> PlayScript(World& world, const Script& script,
                                                 World::Kind kind = World::kDeployments);

// Returns the state at the end, without events.
std::string EndOfScript(World& world, const Script& script, World::Kind kind = World::kDeployments);

// Returns "" if no line differs from the text of expected/NAME.txt; otherwise the steps and lines
// that differ. Differences that the script explains for owners of this kind do not count. An
// explanation of nothing, as "? PATTERN", counts: on a real API server the script would fail, too.
// Throws like ParseExpected.
std::string DifferencesOfScript(const Script& script,
                                const std::vector<std::vector<std::string>>& steps,
                                const std::string& expected,
                                World::Kind kind = World::kDeployments);

}  // namespace windlass::sim
