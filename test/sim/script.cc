#include "test/sim/script.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace windlass::sim {
namespace {

[[noreturn]] void Refuse(int line, const std::string& why) {
  throw std::invalid_argument("line " + std::to_string(line) + ": " + why);
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Returns the line without its comment, and without blanks at its ends.
std::string Meat(const std::string& line) {
  bool quoted = false;
  size_t end = 0;
  for (; end < line.size(); ++end) {
    if (line[end] == '"') quoted = !quoted;
    if (line[end] == '#' && !quoted && (end == 0 || IsBlank(line[end - 1]))) break;
  }
  size_t first = 0;
  while (first < end && IsBlank(line[first])) ++first;
  while (end > first && IsBlank(line[end - 1])) --end;
  return line.substr(first, end - first);
}

// Splits at blanks; between double quotes a blank is an ordinary character.
std::vector<std::string> Words(int line, const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
      inside = true;
    } else if (IsBlank(c) && !quoted) {
      if (inside) words.push_back(std::exchange(word, {}));
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (quoted) Refuse(line, "a quote that does not end");
  if (inside) words.push_back(std::move(word));
  return words;
}

ScriptAction ActionOf(int line, const std::string& text) {
  ScriptAction action;
  for (std::string& word : Words(line, text)) {
    const size_t equals = word.find('=');
    if (action.verb.empty()) {
      action.verb = std::move(word);
    } else if (equals == std::string::npos) {
      action.words.push_back(std::move(word));
    } else {
      action.fields.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
  }
  return action;
}

// Returns PATTERN of "differs PATTERN: WHY".
std::string PatternOf(int line, const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t", text.find_first_of(" \t"));
  const size_t colon = text.find(": ", begin);
  if (colon == std::string::npos) Refuse(line, "no reason is given");
  return text.substr(begin, colon - begin);
}

}  // namespace

std::optional<std::string> ScriptAction::Field(const std::string& key) const {
  for (const auto& [name, value] : fields) {
    if (name == key) return value;
  }
  return std::nullopt;
}

Script ParseScript(const std::string& name, const std::string& text) {
  Script script{name, {}};
  std::istringstream lines(text);
  std::string whole;
  for (int number = 1; std::getline(lines, whole); ++number) {
    const std::string line = Meat(whole);
    const bool continues = line.starts_with("+");
    const bool differs = line.starts_with("differs ");
    const bool differs_as_rollout = line.starts_with("differs[rollout] ");
    // The differential tests count how often Windlass writes on a real API server only.
    if (line.empty() || line.starts_with("writes-more ")) continue;
    const bool belongs = continues || differs || differs_as_rollout;
    if (belongs && script.steps.empty()) Refuse(number, "no step before it");
    if (differs) {
      script.steps.back().differs.push_back(PatternOf(number, line));
    } else if (differs_as_rollout) {
      script.steps.back().differs_as_rollout.push_back(PatternOf(number, line));
    } else if (continues) {
      const std::string rest = Meat(line.substr(1));
      script.steps.back().text += " + " + rest;
      script.steps.back().actions.push_back(ActionOf(number, rest));
    } else {
      script.steps.push_back({number, line, {ActionOf(number, line)}, {}, {}});
    }
  }
  if (script.steps.empty()) Refuse(1, "a script without steps");
  return script;
}

std::vector<Script> LoadScripts(const std::string& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".script") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Script> scripts;
  for (const auto& file : files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    try {
      scripts.push_back(ParseScript(file.stem().string(), text.str()));
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument(file.filename().string() + " " + error.what());
    }
  }
  return scripts;
}

}  // namespace windlass::sim
