// The Pods of scripts: each is given to a node at once, becomes ready or fails when a step says so,
// and goes as soon as it is deleted, or when a step says so. The nodes are the script's, so the
// world has none (KubeletOptions::nodes = 0).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "test/sim/api_server.h"
#include "test/sim/script_names.h"

namespace windlass::sim {

class ScriptPods {
 public:
  // Both must outlive it, and the server's loop must not turn afterwards.
  ScriptPods(ApiServer& server, const ReplicaSetNames& names);
  ScriptPods(const ScriptPods&) = delete;
  ScriptPods& operator=(const ScriptPods&) = delete;

  // Every Pod of the Deployment there is becomes ready, and every one that comes until EndStep.
  void MakeAllReady(const std::string& deployment);
  void EndStep() { all_ready_.clear(); }

  // Some Pods that run, ready ones first: of a revision, otherwise of the highest ones first.
  struct Choice {
    std::string deployment;
    int64_t count = 0;
    std::optional<std::string> revision;
  };
  // False when there are not so many.
  bool MakeReady(const Choice& choice);
  bool MakeUnready(const Choice& choice);
  bool Fail(const Choice& choice);
  bool Delete(const Choice& choice);

  // Deleted Pods stay until it is off again.
  void StopSlowly(const std::string& deployment, bool slowly);

 private:
  using Test = std::function<bool(const Json& pod)>;
  using Action = std::function<void(const StoreKey& key)>;
  bool Do(const Choice& choice, const Test& test, const Action& action);
  void OnChange(const Change& change);
  void Begin(const StoreKey& key);
  void Stop(const StoreKey& key);
  std::string DeploymentOf(const Json& pod) const;
  std::string RevisionOfPod(const Json& pod) const;
  std::vector<Object> Of(const std::string& deployment) const;
  void SetReady(const StoreKey& key, bool ready);

  ApiServer& server_;
  const ReplicaSetNames& names_;
  std::set<std::string> all_ready_;
  std::set<std::string> slow_;
};

}  // namespace windlass::sim
