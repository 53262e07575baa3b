// A random walk over one Rollout, from a seed, with what only Rollouts have: steps, pauses,
// promote, partition and abort. Users, Pods that die and restarts of Windlass come in any order:
//   - sizes go to 0, 1, 2 and back, at pauses and between them
//   - lists of steps become shorter, longer, others, or empty, or a partition
//   - templates work, never become ready, have no image, or crash later; some come in a row
//   - Pods of the new revision are killed
//   - the Rollout is paused and aborted, each alone or both
//   - of its Services keys, notes and the Services themselves are taken away (kServices)
//   - maxSurge is 0 at times, and few old revisions are kept
// All invariants hold at each write and at each rest, and at the end the last template has all
// Pods.
//
//   RolloutWalk walk(7, RolloutWalk::Mode::kReplacing);
//   CHECK(walk.Go() == "");
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "kubeclient/base/random.h"
#include "test/sim/in_place_run.h"
#include "test/sim/service_invariant.h"

namespace windlass::sim {

class RolloutWalk {
 public:
  enum class Mode : uint8_t {
    kReplacing,  // the ReplicaSet controller lags by up to half a minute, as in surge_walk.h (I-43)
    kInPlace,    // Pods are updated in place, and nothing lags (I-51…I-61)
    kServices,   // as kReplacing; the Rollout names two Services, which others change, too (I-67)
  };

  RolloutWalk(uint64_t seed, Mode mode);

  // Walks, and promotes the last template to the end. Returns "", or what is wrong and the deeds
  // that led to it.
  std::string Go();

  // Returns the invariants that were broken, such as "I-62", and "end" if the last template does
  // not have all Pods.
  std::set<std::string> Broken() const;

  World& world() { return world_; }
  int restarts() const { return in_place_.restarts(); }
  int promoted() const { return promoted_; }
  int judged_services() const { return services_.judged(); }

 private:
  uint32_t Draw(size_t bound);
  Object Web() const;
  void Edit(const Json& spec);
  bool IsAtPause() const;
  std::string PromoteNow() const;
  void Happen();

  void SetImage();
  void SetImageTo(const std::string& image);
  std::string NewImage();
  void PushMany();
  void Undo();
  void Scale();
  void ScaleTo(int size);
  void ScaleInAndOut();
  void Pause();
  void Abort();
  void PauseAndAbort();
  void Promote();
  void SetSteps();
  void SetSteps(const Json& steps);
  void EditSteps();
  void SetPartition();
  void SetLimits();
  void KillPod();
  void KillCanary();
  void Start();
  void Restart();
  void Relist();
  void Rest();
  void TakeKey();
  void RemoveNote();
  void DeleteService();
  void NameServices();

  void MakeService(const std::string& name);
  std::string DrawService();
  void PrepareEnd();
  bool PromoteToTheEnd();
  std::string Wrong() const;

  Random random_;
  Mode mode_;
  World world_;
  InPlaceInvariants in_place_{world_};
  ServiceInvariant services_{world_};
  std::optional<WindlassProcess> windlass_;
  bool paused_ = false;
  bool aborted_ = false;
  bool complete_ = true;
  int promoted_ = 0;
  int images_ = 0;
  std::string deeds_;
};

}  // namespace windlass::sim
