// Deployment "web" that wants its Pods updated in place, Windlass, and both sets of invariants:
// what the tests of whole rollouts in place begin with.
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

// Policy Only, maxUnavailable 1, maxSurge 1, unless `options` says otherwise; "" is the policy.
Json InPlaceDeployment(int replicas, const std::string& image, const Annotations& options = {});

class InPlaceRun {
 public:
  static constexpr Duration kLimit = seconds(3600);  // virtual

  explicit InPlaceRun(uint64_t seed, WorldOptions options = {});

  // Applies it, and lets it come up.
  void Start(const Json& deployment);
  void Start(int replicas, const Annotations& options = {}, const std::string& image = "app:v1") {
    Start(InPlaceDeployment(replicas, image, options));
  }
  bool Until(const std::function<bool()>& condition) { return world.RunUntil(condition, kLimit); }
  // Until so many Pods were asked to run `image`.
  bool UntilPatched(const std::string& image, size_t pods) {
    return Until([&] { return PodsOf(image) >= pods; });
  }
  // Until the rollout is over and all is quiet; judges what is at rest. "" or what is wrong.
  std::string Finish();
  // All is quiet, though perhaps not complete. "" or what was broken so far.
  std::string Rest();
  std::string Complaints() const { return world.Complaints() + in_place.Complaints(); }

  void SetOption(const std::string& option, const std::string& value);
  size_t PodsOf(const std::string& image) const;
  // Restarts for the sake of an image, by uid of the Pods there are.
  std::map<std::string, int> Restarts();
  std::vector<std::string> Uids();  // of the Pods there are, sorted
  int RestartsMost();               // of one Pod
  bool EachRestarted(int times);
  std::string Reason() const;  // of condition windlass.dev/InPlace
  std::string Sizes() const;   // "1:0 2:5": revision and size, oldest revision first
  bool IsExchanging() const;

  World world;
  InPlaceInvariants in_place{world};
  std::unique_ptr<WindlassProcess> windlass;
};

}  // namespace windlass::sim
