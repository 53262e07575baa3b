// A Rollout whose controller the test plays, with writes in its name: for tests of invariants that
// a real controller does not break.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim {

struct PlayedRollout {
  static constexpr const char* kController = "windlass";
  static constexpr Duration kLater = seconds(10);  // longer than the blind spot of invariants

  // Makes a ReplicaSet of image app:<revision>, whose pod-template-hash is its name.
  void Make(const std::string& name, int replicas, const std::string& revision) {
    Json rs = SampleReplicaSet("web", replicas, "app:" + revision);
    rs["metadata"]["name"] = name;
    rs["metadata"]["labels"]["pod-template-hash"] = name;
    rs["metadata"]["ownerReferences"] = ControlledBy(*rollout);
    rs["metadata"]["annotations"] = {{"deployment.kubernetes.io/revision", revision}};
    rs["spec"]["selector"]["matchLabels"]["pod-template-hash"] = name;
    rs["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = name;
    REQUIRE(world.api().Create(kController, resources::kReplicaSets, "default", rs).ok());
  }
  void Scale(const std::string& name, int replicas) {
    const auto edit = [&](Json& rs) { rs["spec"]["replicas"] = replicas; };
    const StoreKey key{resources::kReplicaSets, "default", name};
    REQUIRE(world.api().Update(kController, key, "", edit).ok());
  }

  World world{1};
  Object rollout;
};

}  // namespace windlass::sim
