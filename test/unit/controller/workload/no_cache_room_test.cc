// A workload for which there is no room in the caches: it is left alone, and its user is told.
#include "controller/workload/status/no_cache_room.h"

#include <string>

#include "controller/workload/actions/recreate.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::no_cache_room_test {
namespace {

TEST_CASE("what is left out is told once, in the condition and in an Event (R-065)") {
  World world(3);
  world.AddOld("web-1", 3, 3);
  View view = world.view();
  view.left_out = "replicasets ns/web-1, which needs 1400 KiB";
  const Step told = Next(view, {}, kNow);
  REQUIRE(std::holds_alternative<Write>(told));
  const Request& request = std::get<Write>(told).request;
  CHECK(request.subresource() == "status");
  CHECK(request.body().find("WindlassOutOfMemory") != std::string::npos);
  CHECK(request.body().find("web-1, which needs 1400 KiB") != std::string::npos);
  // The counters are those of the template before: with the latest generation observed, "kubectl
  // rollout status" would report success.
  CHECK(request.body().find(R"("observedGeneration":2)") == std::string::npos);

  const std::string message =
      "Windlass has no room in memory for replicasets ns/web-1, which needs 1400 KiB, so it leaves "
      "this Deployment alone. Make the labels, the annotations or the pod template of that object "
      "smaller, or raise the memory limit of Windlass. You can also switch off updates in place "
      "for that object. For a ReplicaSet, remove its annotation windlass.dev/in-place.";
  DeploymentStatus& status = world.deployment.status;
  status.conditions = {{"ReplicaFailure", "True", "WindlassOutOfMemory", message, kNow, kNow},
                       {"Available", "True", "MinimumReplicasAvailable",
                        "Deployment has minimum availability.", kNow, kNow}};
  status.replicas = status.ready_replicas = status.available_replicas = 3;
  View later = world.view();
  later.left_out = "replicasets ns/web-1, which needs 1400 KiB";
  const Step then = Next(later, {}, kNow);
  REQUIRE(std::holds_alternative<Wait>(then));
  const auto& events = std::get<Wait>(then).events;
  REQUIRE(events.size() == 1);
  CHECK(events[0].reason == "WindlassOutOfMemory");
  CHECK(events[0].message == message);
  CHECK(events[0].at_most_every > Duration{0});
  // Its user has deleted web-1, and there is no room for web-2 either.
  later.left_out = "replicasets ns/web-2, which needs 1400 KiB";
  const Step other = Next(later, {}, kNow);
  REQUIRE(std::holds_alternative<Write>(other));
  CHECK(std::get<Write>(other).request.body().find("web-2, which") != std::string::npos);
  Proves("R-065");
}

// Whom this serves: who waits for a rollback, and saw nothing of it in any message.
TEST_CASE("a rollback that waits for room is told with the cause (R-065)") {
  Harbour harbour;
  harbour.kind.own_traits.rollback_request = "spec.rollbackTo";
  harbour.world.AddNew("web-1", 2, 2);
  View view = harbour.Look();
  view.left_out = "replicasets ns/web-1, which needs 1400 KiB";
  view.workload.roll_back_to = 3;
  const std::string waits =
      "so it leaves this Boat alone and does not perform the rollback that spec.rollbackTo asks "
      "for. Make the labels";
  bool told = true;
  SECTION("in the condition and in the Event") {}
  SECTION("not if it is answered, and only kept by the API server") {
    view.workload.status.conditions = {
        {"RollbackToNotRemoved", "True", "Revision3", "it is kept", kNow, kNow}};
    told = false;
  }
  REQUIRE(std::holds_alternative<Write>(Next(view, {}, kNow)));
  REQUIRE(harbour.kind.written);
  const auto is_told = [&](const std::string& message) {
    return message.find(waits) != std::string::npos;
  };
  const Condition* failure = FindCondition(harbour.kind.written->conditions, "ReplicaFailure");
  REQUIRE(failure != nullptr);
  CHECK(is_told(failure->message) == told);

  view.workload.status = *harbour.kind.written;
  const Step then = Next(view, {}, kNow);
  REQUIRE(std::holds_alternative<Wait>(then));
  REQUIRE(std::get<Wait>(then).events.size() == 1);
  CHECK(is_told(std::get<Wait>(then).events[0].message) == told);
  Proves("R-065");
}

// Whom this serves: whoever waits for Available, or looks for what is down.
TEST_CASE("of what is left out the Pods are counted all the same (R-065)") {
  World world(3);
  DeploymentStatus& status = world.deployment.status;
  status.observed_generation = world.deployment.meta.generation;
  status.replicas = status.updated_replicas = status.ready_replicas = status.available_replicas = 3;
  ReplicaSet& rs = world.AddNew("web-1", 3, 3);
  rs.status.ready_replicas = 1;
  rs.status.available_replicas = 0;
  ReplicaSet& orphan = world.AddOld("web-0", 2, 2);
  orphan.meta.owner_references = {};
  View view = world.view();
  view.left_out = "replicasets ns/web-1, which needs 1400 KiB";
  const Step step = Next(view, {}, kNow);
  REQUIRE(std::holds_alternative<Write>(step));
  const auto written = nlohmann::json::parse(std::get<Write>(step).request.body())["status"];
  CHECK(written["replicas"] == 3);
  CHECK(written["updatedReplicas"] == 3);
  CHECK(written["readyReplicas"] == 1);
  CHECK(written["unavailableReplicas"] == 3);
  CHECK(written["conditions"].dump().find("MinimumReplicasUnavailable") != std::string::npos);
  Proves("R-065");
}

// Whom this serves: who waits for the end of a rollout, or reads how many Pods are updated.
TEST_CASE("of what is left out the Pods that come back are updated ones, and no other is (R-065)") {
  World world(3);
  DeploymentStatus& status = world.deployment.status;
  status.observed_generation = world.deployment.meta.generation;
  const auto updated = [&] {
    View view = world.view();
    view.left_out = "replicasets ns/web-1, which needs 1400 KiB";
    const Step step = Next(view, {}, kNow);
    REQUIRE(std::holds_alternative<Write>(step));
    auto body = nlohmann::json::parse(std::get<Write>(step).request.body());
    const auto& written = body["status"]["updatedReplicas"];
    return written.is_number() ? written.get<int>() : 0;
  };
  const auto progressing = [&](const std::string& value, const std::string& reason) {
    status.conditions = {{"Progressing", value, reason, "as it was", kNow, kNow}};
  };
  SECTION("all of its only ReplicaSet, although it is cut, if the rollout was over") {
    progressing("True", "NewReplicaSetAvailable");
    ReplicaSet& rs = world.AddNew("web-1", 3, 3);
    rs.meta.annotations = {};
    rs.template_fingerprint = {};
    CHECK(updated() == 3);
  }
  SECTION("all of its only ReplicaSet, if all Pods were updated") {
    status.replicas = status.updated_replicas = 2;
    world.AddNew("web-1", 3, 3).template_fingerprint = {};
    CHECK(updated() == 3);
  }
  SECTION("none of a template that was set during a pause, or is refused") {
    progressing("Unknown", "DeploymentPaused");
    status.replicas = GENERATE(3, 0);  // also if all old Pods were lost
    world.AddOld("web-0", 3, 3);
    CHECK(updated() == 0);
  }
  SECTION("no more than before in an update in place") {
    status.replicas = 3;
    status.updated_replicas = 1;
    world.AddNew("web-1", 0, 0);
    world.AddOld("web-0", 3, 3);
    CHECK(updated() == 1);
  }
  SECTION("fewer than all if nobody can tell, and some were old") {
    status.replicas = 4;
    status.updated_replicas = 3;
    world.AddNew("web-1", 2, 2).template_fingerprint = {};
    world.AddOld("web-0", 1, 1);
    CHECK(updated() == 2);
  }
  SECTION("none if all its ReplicaSets are gone") {
    status.replicas = status.updated_replicas = status.available_replicas = 3;
    CHECK(updated() == 0);
  }
  Proves("R-065");
}

TEST_CASE("Recreate without a cache of Pods asks for a list each time (R-065)") {
  World world(2);
  world.deployment.spec.strategy_type = "Recreate";
  world.AddOld("web-old", 0, 0);
  world.pods_known = false;
  const auto decide = [&](bool given_up) {
    View view = world.view();
    view.pods_given_up = given_up;
    const Learned none;
    return NextRecreate(MakeSituation(view, ClaimReplicaSets(view), none, kNow));
  };
  const RecreateStep waits = decide(false);
  CHECK_FALSE(waits.step.has_value());
  CHECK(std::holds_alternative<Wait>(waits.then));
  const RecreateStep asks = decide(true);
  REQUIRE(asks.step.has_value());
  REQUIRE(std::holds_alternative<Read>(*asks.step));
  CHECK(std::get<Read>(*asks.step).request.verb() == Verb::kList);
}

TEST_CASE("a paused Deployment is whole again: the condition goes (R-065)") {
  World world(3);
  world.AddNew("web-1", 3, 3);
  world.deployment.spec.paused = true;
  world.deployment.status.conditions = {
      {"ReplicaFailure", "True", std::string(kLeftOutReason), "Left alone", kNow, kNow}};
  const Step step = world.Decide();
  REQUIRE(std::holds_alternative<Write>(step));
  CHECK(std::get<Write>(step).request.body().find("WindlassOutOfMemory") == std::string::npos);
}

}  // namespace
}  // namespace windlass::workload::no_cache_room_test
