// The start of most tests of updates of ReplicationControllers: ReplicationController "web",
// Windlass with the controller of such updates alone, and what must hold.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/sim/update_invariants.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim {

// Returns an update of the ReplicationController `old_name`. Sizes change every second at most,
// unless `spec` has another updatePeriod.
Json SampleUpdate(const std::string& old_name, Json spec);

// Returns spec.controller: the content of a file with the new ReplicationController, which selects
// app=<app> and version=<version>. Its number of replicas is the old one's if `replicas` is below
// 0.
Json NewController(const std::string& app, const std::string& version, const std::string& image,
                   int replicas = -1);

// Returns what a user sees of all ReplicationControllers of namespace "default", of their Pods and
// of their updates, a fact per line. Nothing in it depends on chance or on the time.
std::vector<std::string> UpdateState(const World& world);

class UpdateRun {
 public:
  static constexpr Duration kLimit = seconds(3600);  // virtual

  explicit UpdateRun(uint64_t seed, WorldOptions options = {});

  // Creates "web", and waits until its Pods are available.
  void Begin(int replicas, const std::string& image = "app:v1");
  // Asks for an update of "web", or changes the one that exists.
  void Ask(Json spec);
  bool Until(const std::function<bool()>& condition) { return world.RunUntil(condition, kLimit); }
  bool UntilPhase(const std::string& phase);
  // Waits until the sizes of the old and of the new ReplicationController are these.
  bool UntilSizes(int64_t old_size, int64_t new_size);
  // Waits until nothing moves, then judges. Returns "" or what is wrong.
  std::string Rest();

  Object Update() const;
  std::string Phase() const;
  std::vector<std::string> Lines() const;  // as kubectl would have printed them
  Object Controller(const std::string& name) const;
  std::string NewName() const;  // of the ReplicationController that gets the Pods of "web"
  // Returns the uids of the Pods that this ReplicationController owns, sorted; those without an
  // owner if `name` is "".
  std::vector<std::string> PodsOf(const std::string& name) const;
  std::vector<std::string> Images() const;  // of all live Pods, sorted

  World world;
  UpdateInvariants invariants{world, {"windlass"}};
  std::unique_ptr<WindlassProcess> windlass;
};

// Windlass with the controller of updates of ReplicationControllers and no other.
ProcessControllers UpdatesAlone();

}  // namespace windlass::sim
