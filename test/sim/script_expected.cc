#include "test/sim/script_expected.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace windlass::sim {
namespace {

using ExpectedLines = std::map<std::string, std::string>;  // by subject

constexpr std::string_view kBeginsAs = "begins as ";
constexpr size_t kMarkSize = 4;  // of "  + ", which stands before a change

[[noreturn]] void RefuseChange(const std::string& change) {
  throw std::invalid_argument("does not fit the state before: " + change);
}

bool IsObject(const std::string& line) {
  return line.starts_with("deployment ") || line.starts_with("replicaset ");
}

// Events and refusals are of one step alone.
bool IsOfOneStep(const std::string& line) {
  return line.starts_with("event ") || line.starts_with("refused ");
}

// Returns an object's line with the fields KEY=VALUE of `change` in place of its own.
std::string WithFields(std::string line, const std::string& change) {
  std::istringstream words(change);
  std::string field;
  words >> field >> field >> field;  // the mark, the kind and the name
  while (words >> field) {
    const size_t begin = line.find(" " + field.substr(0, field.find('=')) + "=");
    if (begin == std::string::npos) RefuseChange(change);
    const size_t end = std::min(line.find(' ', begin + 1), line.size());
    line.replace(begin + 1, end - begin - 1, field);
  }
  return line;
}

// Removes a line, and if it is an object's, every line about the object.
void RemoveSubject(ExpectedLines& state, const std::string& subject) {
  const std::string name = subject.substr(subject.find(' '));
  std::erase_if(state, [&](const auto& line) {
    const std::string& other = line.first;
    const std::string about = other.substr(other.find(' ')) + " ";
    return other == subject || (IsObject(subject) && about.starts_with(name + " "));
  });
}

// Changes the state by a line "  + LINE" or the like, which is not of one step alone.
void ApplyChange(ExpectedLines& state, const std::string& change) {
  const std::string line = change.substr(kMarkSize);
  const std::string subject = SubjectOf(line);
  const bool known = state.contains(subject);
  if (change.starts_with("  + ") && !known) {
    state[subject] = line;
  } else if (change.starts_with("  ~ ") && known) {
    state[subject] = IsObject(line) ? WithFields(state[subject], change) : line;
  } else if (change.starts_with("  - ") && known) {
    RemoveSubject(state, subject);
  } else {
    RefuseChange(change);
  }
}

}  // namespace

std::string SubjectOf(const std::string& line) {
  std::istringstream words(line);
  std::string subject;
  std::string word;
  words >> subject;
  int more = 1;
  if (subject == "condition" || subject == "annotation") more = 2;
  if (subject == "event") more = 3;
  while (more-- > 0 && words >> word) subject += " " + word;
  return subject.substr(0, subject.find('='));
}

std::string ReadExpected(const std::filesystem::path& file) {
  std::ifstream lines(file);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kBeginsAs)) {
      const std::string name = line.substr(kBeginsAs.size());
      text += ReadExpected(file.parent_path() / "begin" / (name + ".txt"));
    } else {
      text += line + "\n";
    }
  }
  return text;
}

std::vector<std::vector<std::string>> ParseExpected(const std::string& text) {
  std::vector<std::vector<std::string>> steps;
  ExpectedLines state;
  std::vector<std::string> of_one_step;
  const auto end_step = [&] {
    if (steps.empty()) return;
    for (const auto& [subject, line] : state) steps.back().push_back(line);
    steps.back().insert(steps.back().end(), of_one_step.begin(), of_one_step.end());
    of_one_step.clear();
  };
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("step ")) {
      end_step();
      steps.push_back({line});
    } else if (line.size() <= kMarkSize || steps.empty()) {
      RefuseChange(line);
    } else if (line.starts_with("    ") && IsOfOneStep(line.substr(kMarkSize))) {
      of_one_step.push_back(line.substr(kMarkSize));
    } else {
      ApplyChange(state, line);
    }
  }
  end_step();
  return steps;
}

}  // namespace windlass::sim
