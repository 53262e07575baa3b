// The lines of text that are compared after a step of a script. test/differential/README.md
// describes their format.
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

// Returns the reason of a Deployment's or Rollout's condition, in a Deployment's words. Returns
// "moving" for Progressing=True before the end: which reason it then has depends on which of
// several steps a sync saw last.
std::string ReasonOf(const Json& owner, const Json& condition);

class ScriptView {
 public:
  // Shows the owners of the kind that `names` is about. Both must outlive this object, and the
  // server's loop must not run after this object is gone.
  ScriptView(ApiServer& server, const ReplicaSetNames& names);
  ScriptView(const ScriptView&) = delete;
  ScriptView& operator=(const ScriptView&) = delete;

  // Returns Deployments, conditions, ReplicaSets and annotations of namespace "default". Shows a
  // Rollout as the Deployment that says the same, without what only Rollouts have (README.md of
  // test/differential).
  std::vector<std::string> State() const;
  // Returns the Events since the last call.
  std::vector<std::string> TakeEvents();

 private:
  void OnEvent(const Json& event);

  ApiServer& server_;
  const ReplicaSetNames& names_;
  std::map<std::pair<std::string, std::string>, int64_t> scaled_;  // by owner, ReplicaSet
  std::set<std::pair<std::string, std::string>> others_;           // owner, reason
};

// Returns the differences between the expected and the actual lines of a step, in any order. A line
// that is missing begins with "- ", a line that was not expected with "+ ". Leaves out an object if
// a line about it, on either side, matches one of the patterns. Throws std::regex_error.
std::vector<std::string> Differences(const std::vector<std::string>& expected,
                                     const std::vector<std::string>& actual,
                                     const std::vector<std::string>& patterns);

// Returns the patterns that match no line which differs. Throws std::regex_error.
std::vector<std::string> UnusedPatterns(const std::vector<std::string>& expected,
                                        const std::vector<std::string>& actual,
                                        const std::vector<std::string>& patterns);

}  // namespace windlass::sim
