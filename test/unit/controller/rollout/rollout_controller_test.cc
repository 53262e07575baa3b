// The names of the Rollout controller, and the rights that it needs.
#include "controller/rollout/rollout_controller.h"

#include <memory>
#include <set>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/support/recording_host.h"
#include "test/unit/cache/informer_parts.h"

namespace windlass::rollout_controller_test {
namespace {

struct Process : InformerParts<> {
  RecordingHost host{environment, "ns"};
};

struct Fixture : Process {
  RolloutController controller{host};
};

TEST_CASE_METHOD(Fixture, "the controller of Rollouts reports its Events as windlass (RO-077)") {
  CHECK(controller.kind() == "Rollout");
  CHECK(controller.log_field() == "rollout");
  CHECK(controller.component() == "windlass");
  CHECK_FALSE(controller.HoldsReadiness());
  CHECK(controller.Next({"ns", "web"}, {}, WallTime{1}) == std::nullopt);
  Proves("RO-077");
}

TEST_CASE_METHOD(Process, "a process makes the controller by its entry in the list (RO-077)") {
  const RolloutController* made = nullptr;
  const ControllerEntry entry = RolloutControllerEntry(&made);
  CHECK(entry.name == "rollout");
  const std::unique_ptr<WatchingController> controller = entry.make(host);
  CHECK(controller.get() == made);
  Proves("RO-077");
}

TEST_CASE_METHOD(Fixture, "the rights of Rollouts come with a manifest of their own (RO-078)") {
  std::set<std::string> verbs;
  std::set<std::string> optional;
  for (const NeededRight& needed : controller.RightsNeeded()) {
    CAPTURE(needed.right.ToString());
    CHECK(needed.manifest == "deploy/rollout/rbac-rollout.yaml");
    CHECK(needed.right.resource != resources::kDeployments);
    if (needed.optional) {
      optional.insert(needed.right.verb + " " + std::string(needed.right.resource.plural));
    }
    if (needed.right.resource != resources::kRollouts) continue;
    verbs.insert(needed.right.verb + " " + needed.right.subresource);
  }
  CHECK(verbs == std::set<std::string>{"get ", "list ", "patch ", "patch status", "watch "});
  CHECK(optional == std::set<std::string>{"create pods", "get customresourcedefinitions"});
  Proves("RO-078");
}

}  // namespace
}  // namespace windlass::rollout_controller_test
