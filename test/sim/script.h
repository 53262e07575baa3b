// The scripts of test/differential, whose README has the language: what users do and what becomes
// of the Pods. Only the words are told apart here; script_player.h knows what they mean.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace windlass::sim {

// One line.
struct ScriptAction {
  std::string verb;                                         // "apply"
  std::vector<std::string> words;                           // "web", "3"
  std::vector<std::pair<std::string, std::string>> fields;  // KEY=VALUE, in order

  // The value of a field; nullopt when it is not there.
  std::optional<std::string> Field(const std::string& key) const;
};

// A line and those that continue it with "+".
struct ScriptStep {
  int line = 0;
  std::string text;  // as written, "+" lines joined with " + "
  std::vector<ScriptAction> actions;
  // Regular expressions: lines of the state where Windlass is not as the stock controller.
  std::vector<std::string> differs;
};

struct Script {
  std::string name;  // of the file, without ".script"
  std::vector<ScriptStep> steps;
};

// Throws std::invalid_argument with the line's number for what is no script.
Script ParseScript(const std::string& name, const std::string& text);

// Every *.script of the directory, by name.
std::vector<Script> LoadScripts(const std::string& directory);

}  // namespace windlass::sim
