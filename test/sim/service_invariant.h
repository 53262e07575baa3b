// Checks the two Services of a Rollout's spec.strategy.services against what a user of them relies
// on. It knows what an observer knows (rollout_facts.h), the selector, and windlass.dev/service-of.
//
//   I-67  - a write of Windlass has a Service select a ReplicaSet of the Rollout, one with an
//           available Pod
//         - the stable Service never selects a revision from which steps or a partition hold Pods
//           back
//         - Windlass takes the last Pods of no revision that a Service selects, if another one has
//           available Pods
//         - at rest the stable Service selects the stable revision, if that has an available Pod;
//           and the canary's the revision that Pods get, if that has one, else the stable one
//
// A write is judged by the most lenient truth of PauseRecord::kBlindSpot. A Service whose key or
// annotation somebody else changed is not judged at rest until two minutes have passed, nor at any
// time while somebody else's hash is in its selector.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "test/sim/rollout_facts.h"
#include "test/sim/world.h"

namespace windlass::sim {

class ServiceInvariant {
 public:
  explicit ServiceInvariant(World& world);
  ServiceInvariant(const ServiceInvariant&) = delete;
  ServiceInvariant& operator=(const ServiceInvariant&) = delete;

  // Judges all Rollouts at a moment at which nothing moves.
  void JudgeAtRest();
  // Returns how many writes to Services were judged. A test checks that it is not 0.
  int judged() const { return judged_; }
  // Returns "" or the violations.
  std::string Complaints() const;

 private:
  enum class Role { kStable, kCanary };

  void OnChange(const Change& change);
  void JudgeService(const Change& change);
  void JudgeLastPods(RolloutFacts& facts, const Change& change);
  void JudgeServiceAtRest(RolloutFacts& facts, Role role);
  RolloutFacts* FindRollout(const Json& service);
  TemplateFacts* FindTemplate(RolloutFacts& facts, const std::string& hash);
  TemplateFacts* FindStable(RolloutFacts& facts);
  bool IsHeldBack(RolloutFacts& facts, const std::string& key, MonotonicTime now);
  void Break(const std::string& detail);

  World& world_;
  RolloutObserver observer_;
  std::map<std::string, MonotonicTime> touched_;  // by Service: when somebody else changed it
  int judged_ = 0;
  std::vector<std::string> complaints_;
};

}  // namespace windlass::sim
