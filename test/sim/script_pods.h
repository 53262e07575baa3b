// The Pods of scripts. Each gets a node at once, becomes ready or fails when a step says so, and
// disappears when it is deleted, or when a step says so. The script plays the nodes, so the world
// has none (KubeletOptions::nodes = 0).
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
  // Plays the Pods of the ReplicaSets that `names` knows. Both must outlive this object, and the
  // server's loop must not run after this object is gone.
  ScriptPods(ApiServer& server, const ReplicaSetNames& names);
  ScriptPods(const ScriptPods&) = delete;
  ScriptPods& operator=(const ScriptPods&) = delete;

  // Makes every present Pod of the owner ready, and every new one until EndStep.
  void MakeAllReady(const std::string& owner);
  void EndStep() { all_ready_.clear(); }

  // Selects `count` running Pods, ready ones first. If `revision` is absent, Pods of the highest
  // revisions come first.
  struct Choice {
    std::string owner;
    int64_t count = 0;
    std::optional<std::string> revision;
  };
  // Each returns false if there are fewer than `count` such Pods.
  bool MakeReady(const Choice& choice);
  bool MakeUnready(const Choice& choice);
  bool Fail(const Choice& choice);
  bool Delete(const Choice& choice);

  // While `slowly` is true, deleted Pods stay.
  void StopSlowly(const std::string& owner, bool slowly);

 private:
  using Test = std::function<bool(const Json& pod)>;
  using Action = std::function<void(const StoreKey& key)>;
  bool Do(const Choice& choice, const Test& test, const Action& action);
  void OnChange(const Change& change);
  void Begin(const StoreKey& key);
  void Stop(const StoreKey& key);
  bool Knows(const Json& pod) const;
  std::string OwnerOfPod(const Json& pod) const;
  std::string RevisionOfPod(const Json& pod) const;
  std::vector<Object> Of(const std::string& owner) const;
  void SetReady(const StoreKey& key, bool ready);

  ApiServer& server_;
  const ReplicaSetNames& names_;
  std::set<std::string> all_ready_;
  std::set<std::string> slow_;
};

}  // namespace windlass::sim
