// What is compared after a step of a script: lines of text, as test/differential/README.md has
// them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "test/sim/api_server.h"
#include "test/sim/script_names.h"

namespace windlass::sim {

class ScriptView {
 public:
  // Both must outlive it, and the server's loop must not turn afterwards.
  ScriptView(ApiServer& server, const ReplicaSetNames& names);
  ScriptView(const ScriptView&) = delete;
  ScriptView& operator=(const ScriptView&) = delete;

  // Deployments, conditions, ReplicaSets and annotations of namespace "default".
  std::vector<std::string> State() const;
  // Events since the last call.
  std::vector<std::string> TakeEvents();

 private:
  void OnEvent(const Json& event);

  ApiServer& server_;
  const ReplicaSetNames& names_;
  std::map<std::pair<std::string, std::string>, int64_t> scaled_;  // by Deployment, ReplicaSet
  std::set<std::pair<std::string, std::string>> others_;           // Deployment, reason
};

// What differs between the lines of a step here and those that are expected, whatever their order:
// "- line" is missing, "+ line" is too many. Lines about something of which either side's line
// matches one of the patterns may differ. Throws std::regex_error.
std::vector<std::string> Differences(std::vector<std::string> expected,
                                     std::vector<std::string> actual,
                                     const std::vector<std::string>& patterns);

// The blocks of expected/NAME.txt: of each step its title "step N: TEXT", then its lines.
std::vector<std::vector<std::string>> ParseExpected(const std::string& text);

}  // namespace windlass::sim
