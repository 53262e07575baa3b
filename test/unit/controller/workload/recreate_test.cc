#include "controller/workload/actions/recreate.h"

#include <functional>
#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::recreate_test {
namespace {

TEST_CASE("while the cache cannot tell, the status is written and the key looks again") {
  World world = RecreateWorld(2);
  world.AddOld("web-old", 0, 0);
  world.pods_known = false;
  const RecreateStep recreate = NextRecreate(world.Look());
  CHECK_FALSE(recreate.step);
  CHECK(std::get<Wait>(recreate.then).look_again_in.has_value());
  const Step step = world.Decide();
  CHECK(std::get<Write>(step).request.Describe() == "patch deployments/status ns/web");
}

// What the uncached list shows of one Pod of the old ReplicaSet.
Step DecideAfterList(World& world, Result<Reply> said) {
  const Step step = world.Decide();
  const Read& read = std::get<Read>(step);
  CHECK(read.request.Describe() == "list pods ns (app=web)");
  world.learned.push_back(OutcomeOf(read, std::move(said)));
  return world.Decide();
}

TEST_CASE("the switch is confirmed by one uncached list (S-010)") {
  World world = RecreateWorld(2);
  const ReplicaSet& old = world.AddOld("web-old", 0, 0);
  const std::string pod_of_old =
      R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"p","ownerReferences":[)"
      R"({"controller":true,"uid":")" +
      old.meta.uid.ToString() + R"("}]}}]})";

  SECTION("no Pod left") {
    const Step step = DecideAfterList(world, Reply{R"({"metadata":{},"items":[]})"});
    CHECK(std::get<Write>(step).request.verb() == Verb::kCreate);
  }
  SECTION("a Pod the cache does not show") {
    const Step step = DecideAfterList(world, Reply{pod_of_old});
    CHECK(std::get<Write>(step).request.subresource() == "status");
    const RecreateStep recreate = NextRecreate(world.Look());
    CHECK(std::get<Wait>(recreate.then).look_again_in.has_value());
  }
  SECTION("a ReplicaSet was written after the list") {
    DecideAfterList(world, Reply{R"({"metadata":{},"items":[]})"});
    const ObjectVersion other{{"ns", "web-other"}, {}, {}};
    const Request written = Request::MergePatch(resources::kReplicaSets, other, "", "{}");
    world.learned.push_back({written.Identity(), Reply{"{}"}});
    CHECK(std::holds_alternative<Read>(world.Decide()));
  }
  SECTION("half a list is no answer") {
    DecideAfterList(world, Reply{R"({"metadata":{"continue":"x"},"items":[]})"});
    CHECK(std::holds_alternative<Failed>(NextRecreate(world.Look()).then));
  }
  SECTION("no answer") {
    DecideAfterList(world, Error{ErrorKind::kForbidden, "no"});
    CHECK(std::get<Failed>(NextRecreate(world.Look()).then).error.kind == ErrorKind::kForbidden);
  }
}

TEST_CASE("a running new ReplicaSet is resized without a list, but not beside old Pods") {
  World world = RecreateWorld(5);
  const ReplicaSet& old = world.AddOld("web-old", 0, 0);
  world.AddNew("web-new", 3, 3);
  const RecreateStep grow = NextRecreate(world.Look());
  REQUIRE(grow.step);
  CHECK(std::get<Write>(*grow.step).on_success[0].message ==
        "Scaled up replica set web-new from 3 to 5");
  world.AddPod(old);
  CHECK_FALSE(NextRecreate(world.Look()).step);
}

}  // namespace
}  // namespace windlass::workload::recreate_test
