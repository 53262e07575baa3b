// The start of most tests of whole in-place rollouts: Deployment "web" that asks for in-place
// updates, Windlass, and both sets of invariants.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/sim/in_place_invariants.h"
#include "test/sim/windlass_process.h"
#include "test/sim/world.h"

namespace windlass::sim {

using Annotations = std::map<std::string, std::string>;  // "partition" → windlass.dev/in-place-…

// Returns a Deployment with policy Only, maxUnavailable 1 and maxSurge 1, unless `options` says
// otherwise. Option "" is the policy.
Json InPlaceDeployment(int replicas, const std::string& image, const Annotations& options = {});

// Returns the same with option "resources" IfPossible and a container that requests that CPU, such
// as "500m". If `restarts` is true, other memory restarts it.
Json SizedDeployment(int replicas, const std::string& cpu, const Annotations& options = {},
                     bool restarts = false);
// A user changes the CPU and memory in the template of Deployment "web".
void SetSizes(World& world, const std::string& cpu, const std::string& memory = "1Gi");

class InPlaceRun {
 public:
  static constexpr Duration kLimit = seconds(3600);  // virtual

  explicit InPlaceRun(uint64_t seed, WorldOptions options = {});

  // Applies the Deployment, and waits until it is complete.
  void Start(const Json& deployment);
  void Start(int replicas, const Annotations& options = {}, const std::string& image = "app:v1") {
    Start(InPlaceDeployment(replicas, image, options));
  }
  bool Until(const std::function<bool()>& condition) { return world.RunUntil(condition, kLimit); }
  // Waits until the specs of `pods` Pods have `image`.
  bool UntilPatched(const std::string& image, size_t pods) {
    return Until([&] { return PodsOf(image) >= pods; });
  }
  // Waits until the rollout is complete and the world is quiet, then judges the state at rest.
  // Returns "" or what is wrong.
  std::string Finish();
  // Waits until the world is quiet; the rollout need not be complete. Returns "" or the violations
  // so far.
  std::string Rest();
  std::string Complaints() const { return world.Complaints() + in_place.Complaints(); }

  void SetOption(const std::string& option, const std::string& value);
  size_t PodsOf(const std::string& image) const;
  // Returns how often each present Pod was restarted for another image, by uid.
  std::map<std::string, int> Restarts();
  std::vector<std::string> Uids();  // of the present Pods, sorted
  int RestartsMost();               // the most restarts of one Pod
  bool EachRestarted(int times);
  std::string Reason() const;  // of condition windlass.dev/InPlace
  std::string Sizes() const;   // "1:0 2:5": revision and size, oldest revision first
  bool IsExchanging() const;

  World world;
  InPlaceInvariants in_place{world};
  std::unique_ptr<WindlassProcess> windlass;
};

}  // namespace windlass::sim
