// Parser of the scripts of test/differential, whose README describes the language: what users do,
// and what happens to the Pods. script_player.h gives the words their meaning.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace windlass::sim {

// One action: a line, without a "+" that continues another.
struct ScriptAction {
  std::string verb;                                         // "apply"
  std::vector<std::string> words;                           // "web", "3"
  std::vector<std::pair<std::string, std::string>> fields;  // KEY=VALUE, in order

  // Returns the value of a field; nullopt if it is absent.
  std::optional<std::string> Field(const std::string& key) const;
};

// A line, and the "+" lines that continue it.
struct ScriptStep {
  int line = 0;
  std::string text;  // as written, "+" lines joined with " + "
  std::vector<ScriptAction> actions;
  // Regular expressions: lines of the state in which Windlass differs from the stock controller.
  std::vector<std::string> differs;
  // The same, besides, where the script is played to Rollouts: "differs[rollout] PATTERN: WHY".
  std::vector<std::string> differs_as_rollout;
};

struct Script {
  std::string name;  // of the file, without ".script"
  std::vector<ScriptStep> steps;
};

// Throws std::invalid_argument with the line's number if `text` is not a script.
Script ParseScript(const std::string& name, const std::string& text);

// Returns every *.script of the directory, by name.
std::vector<Script> LoadScripts(const std::string& directory);

}  // namespace windlass::sim
