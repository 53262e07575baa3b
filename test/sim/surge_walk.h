// A random walk over one Deployment, from a seed: rollouts, rollbacks, scaling, pauses, other
// limits, Pods that die, restarts and relists of Windlass. The two views of the ReplicaSet
// controller, and its status writes, lag by up to half a minute each.
//
//   SurgeWalk walk(7);
//   CHECK(walk.Go() == "");
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "kubeclient/base/random.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim {

// What the ReplicaSet controller of a Kubernetes version does before a sync.
enum class OwnWrites : uint8_t {
  kWaitsForThem,  // from 1.36
  kMayNotSee,     // before: its status may leave out Pods that it made a moment ago
};

class SurgeWalk {
 public:
  explicit SurgeWalk(uint64_t seed, OwnWrites own_writes = OwnWrites::kWaitsForThem);

  // Walks, and waits for the end of the last rollout. Returns "", or what is wrong and the steps
  // that led to it.
  std::string Go();

  World& world() { return world_; }

 private:
  void Happen();
  void SetImage();
  void Undo();
  void Scale();
  void Pause();
  void SetLimits();
  void KillPod();
  void Restart();
  void Relist();
  std::string Wrong(bool complete) const;
  uint32_t Draw(uint32_t bound);

  Random random_;
  WorldOptions options_;
  World world_;
  std::optional<WindlassProcess> windlass_;
  bool recreate_;
  bool paused_ = false;
  std::string steps_;
};

}  // namespace windlass::sim
