#include "test/sim/search_plan.h"

#include <sstream>

namespace windlass::sim {
namespace {

Error NotUnderstood(const std::string& line) {
  return {ErrorKind::kConfig, "not understood: " + line};
}

// Reads "key=value" words.
bool ReadNumbers(std::istringstream& words, Numbers& numbers) {
  std::string word;
  while (words >> word) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) return false;
    std::istringstream value(word.substr(equals + 1));
    if (!(value >> numbers[word.substr(0, equals)])) return false;
  }
  return true;
}

bool ReadLine(const std::string& line, Plan& plan) {
  std::istringstream words(line);
  std::string first;
  if (!(words >> first) || first.starts_with('#')) return true;
  if (first == "seed") return static_cast<bool>(words >> plan.seed);
  if (first == "set") {
    std::string name;
    return static_cast<bool>(words >> name >> plan.settings[name]);
  }
  if (first == "workload") {
    PlannedWorkload& workload = plan.workloads.emplace_back();
    return words >> workload.id >> workload.kind && ReadNumbers(words, workload.numbers);
  }
  if (first == "fault") {
    PlannedFault& fault = plan.faults.emplace_back();
    return static_cast<bool>(words >> fault.kind >> fault.per_mille >> fault.most);
  }
  if (first == "deed") {
    PlannedDeed& deed = plan.deeds.emplace_back();
    return static_cast<bool>(words >> deed.at >> deed.what >> deed.who >> deed.a >> deed.b);
  }
  return false;
}

}  // namespace

std::string TextOf(const Plan& plan) {
  std::ostringstream text;
  text << "seed " << plan.seed << "\n";
  for (const auto& [name, value] : plan.settings) text << "set " << name << " " << value << "\n";
  for (const PlannedWorkload& workload : plan.workloads) {
    text << "workload " << workload.id << " " << workload.kind;
    for (const auto& [name, value] : workload.numbers) text << " " << name << "=" << value;
    text << "\n";
  }
  for (const PlannedFault& fault : plan.faults) {
    text << "fault " << fault.kind << " " << fault.per_mille << " " << fault.most << "\n";
  }
  for (const PlannedDeed& deed : plan.deeds) {
    text << "deed " << deed.at << " " << deed.what << " " << deed.who << " " << deed.a << " "
         << deed.b << "\n";
  }
  return text.str();
}

Result<Plan> ParsePlan(const std::string& text) {
  Plan plan;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    if (!ReadLine(line, plan)) return NotUnderstood(line);
  }
  return plan;
}

}  // namespace windlass::sim
