#include "test/sim/script_run.h"

#include <utility>

#include "test/sim/script_expected.h"

namespace windlass::sim {
namespace {

// Returns the patterns of the lines that may differ.
std::vector<std::string> Explained(const ScriptStep& step, World::Kind kind) {
  std::vector<std::string> patterns = step.differs;
  if (kind == resources::kRollouts) {
    patterns.insert(patterns.end(), step.differs_as_rollout.begin(), step.differs_as_rollout.end());
  }
  return patterns;
}

}  // namespace

void ScriptRun::Play(const ScriptStep& step) {
  player_.Play(step);
  std::vector<std::string> lines{"step " + std::to_string(steps_.size() + 1) + ": " + step.text};
  for (const std::string& name : player_.refused()) lines.push_back("refused " + name);
  for (std::string& line : view_.State()) lines.push_back(std::move(line));
  for (std::string& line : view_.TakeEvents()) lines.push_back(std::move(line));
  steps_.push_back(std::move(lines));
}

std::vector<std::vector<std::string>> PlayScript(World& world, const Script& script,
                                                 World::Kind kind) {
  ScriptRun run(world, kind);
  for (const ScriptStep& step : script.steps) run.Play(step);
  return run.steps();
}

std::string EndOfScript(World& world, const Script& script, World::Kind kind) {
  ScriptPlayer player(world, kind);
  for (const ScriptStep& step : script.steps) player.Play(step);
  std::string text;
  for (const std::string& line : ScriptView(world.api(), player.names()).State()) {
    text += line + "\n";
  }
  return text;
}

std::string DifferencesOfScript(const Script& script,
                                const std::vector<std::vector<std::string>>& steps,
                                const std::string& expected, World::Kind kind) {
  const auto wanted = ParseExpected(expected);
  if (wanted.size() != steps.size()) return "the expected steps are of another script\n";
  std::string text;
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto patterns = Explained(script.steps[i], kind);
    const auto differences = Differences(wanted[i], steps[i], patterns);
    const auto unused = UnusedPatterns(wanted[i], steps[i], patterns);
    if (differences.empty() && unused.empty()) continue;
    text += steps[i].front() + "\n";
    for (const std::string& difference : differences) text += "  " + difference + "\n";
    for (const std::string& pattern : unused) text += "  ? " + pattern + "\n";
  }
  return text;
}

}  // namespace windlass::sim
