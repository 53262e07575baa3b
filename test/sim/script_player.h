// Plays a script against the controller of the Deployments in a world, or against that of the
// Rollouts. Everything is in namespace "default". Each step runs until nothing happens any more.
//
// As a Rollout, a script means the same by other requests:
// - undo and rollback set spec.rollbackTo; kubectl's rules for undo hold. A rollback to what is no
//   number is refused, as the schema does;
// - annotations windlass.dev/in-place… become fields of spec.strategy.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "test/sim/script.h"
#include "test/sim/script_names.h"
#include "test/sim/script_pods.h"
#include "test/sim/world.h"

namespace windlass::sim {

// Returns the options of a world for scripts: without nodes.
WorldOptions ScriptWorld();

class ScriptPlayer {
 public:
  // A step ends when nothing has happened for this long. It is longer than a list that gets no
  // answer takes, and longer than a restart.
  static constexpr Duration kQuiet = seconds(80);
  static constexpr Duration kStepMax = seconds(3600);

  // The world must outlive this object, and its loop must not run after this object is gone.
  explicit ScriptPlayer(World& world, const ResourceId& kind = resources::kDeployments);
  ScriptPlayer(const ScriptPlayer&) = delete;
  ScriptPlayer& operator=(const ScriptPlayer&) = delete;

  // Throws std::invalid_argument for words that the language does not have.
  void Play(const ScriptStep& step);

  // Returns the names of the owners with a refused action in the last step.
  const std::vector<std::string>& refused() const { return refused_; }
  const ReplicaSetNames& names() const { return names_; }

 private:
  // Returns true if the server accepted the action.
  using Verb = bool (ScriptPlayer::*)(const std::string& name, const ScriptAction& action);
  static const std::map<std::string, Verb>& Verbs();

  bool Apply(const std::string& name, const ScriptAction& action);
  bool Scale(const std::string& name, const ScriptAction& action);
  bool Pause(const std::string& name, const ScriptAction& action);
  bool Restart(const std::string& name, const ScriptAction& action);
  bool Undo(const std::string& name, const ScriptAction& action);
  bool Rollback(const std::string& name, const ScriptAction& action);
  bool Ready(const std::string& name, const ScriptAction& action);
  bool Unready(const std::string& name, const ScriptAction& action);
  bool Fail(const std::string& name, const ScriptAction& action);
  bool DeletePod(const std::string& name, const ScriptAction& action);
  bool StopSlowly(const std::string& name, const ScriptAction& action);
  bool CreateReplicaSet(const std::string& name, const ScriptAction& action);
  bool ScaleReplicaSet(const std::string& name, const ScriptAction& action);
  bool DeleteReplicaSet(const std::string& name, const ScriptAction& action);
  bool LabelReplicaSet(const std::string& name, const ScriptAction& action);
  bool Orphan(const std::string& name, const ScriptAction& action);
  bool Delete(const std::string& name, const ScriptAction& action);
  bool Condition(const std::string& name, const ScriptAction& action);
  bool Quota(const std::string& name, const ScriptAction& action);
  bool WaitCondition(const std::string& name, const ScriptAction& action);

  StoreKey OwnerKey(const std::string& name) const { return {kind_, "default", name}; }
  bool IsOfRollouts() const { return kind_ == resources::kRollouts; }
  bool Edit(const std::string& name, const ApiServer::Edit& edit);
  bool AskForRollback(const std::string& name, int64_t revision);
  bool EditReplicaSet(const std::string& name, const ScriptAction& action,
                      const ApiServer::Edit& edit);
  ScriptPods::Choice ChoiceOf(const std::string& name, const ScriptAction& action) const;

  World& world_;
  ApiServer& server_;
  const ResourceId kind_;
  ReplicaSetNames names_;
  ScriptPods pods_;
  std::vector<std::string> refused_;
  std::map<std::string, int> made_;  // ReplicaSets that create-replicaset made, by owner
};

}  // namespace windlass::sim
