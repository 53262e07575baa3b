// The planner on a workload of a kind that it does not know.
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "controller/workload/actions/pause.h"
#include "controller/workload/annotations/annotations.h"
#include "controller/workload/ownership/claim.h"
#include "controller/workload/planner/planner.h"
#include "controller/workload/status/status.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/boats.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::workload_kind_test {
namespace {

TEST_CASE("a new ReplicaSet belongs to the kind that wants it") {
  const Harbour harbour;
  const Step step = harbour.Decide();
  const auto body = nlohmann::json::parse(std::get<Write>(step).request.body());
  const auto& owner = body["metadata"]["ownerReferences"][0];
  CHECK(owner["apiVersion"] == "example.com/v2");
  CHECK(owner["kind"] == "Boat");
  CHECK(owner["name"] == "web");
}

TEST_CASE("the kind writes the status, with what it wants carried and under its own name") {
  Harbour harbour;
  harbour.world.deployment.spec.paused = true;
  harbour.world.AddNew("web-1", 2, 2);
  const View view = harbour.Look();
  const auto step =
      WriteStatus(MakeSituation(view, ClaimReplicaSets(view), {}, kNow), Progress::kPaused);
  REQUIRE(step);
  const Request& request = std::get<Write>(*step).request;
  CHECK(request.Describe() == "patch boats/status ns/web");
  CHECK(harbour.kind.published == "1");  // the revision of web-1
  CHECK(harbour.kind.drafted_at == kNow);
  REQUIRE(harbour.kind.written);
  const WorkloadStatus& written = *harbour.kind.written;
  CHECK(written.carried == KindStatus(3));
  CHECK(written.available_replicas == 2);
  CHECK(StatusAndReason(written.conditions, "Progressing") == "Unknown BoatPaused");
  CHECK(FindCondition(written.conditions, "Progressing")->message == "Boat is paused");
  CHECK(FindCondition(written.conditions, "Available")->message ==
        "Boat has minimum availability.");
}

TEST_CASE("a paused workload that may be half adopted keeps the size it has (RO-038)") {
  Harbour harbour;
  harbour.world.deployment.spec.paused = true;
  ReplicaSet& rs = harbour.world.AddOld("web-1", 1, 1);  // of two
  std::string patched = "patch boats/status ns/web";
  SECTION("others may follow") { harbour.kind.own_traits.takes_over_rollouts = true; }
  SECTION("the number of replicas changed") {
    harbour.kind.own_traits.takes_over_rollouts = true;
    harbour.world.SetAnnotation(rs, kDesiredReplicas, "1");
    patched = "patch replicasets ns/web-1";
  }
  SECTION("workloads of its kind take over no rollouts (D-354)") {
    patched = "patch replicasets ns/web-1";
  }
  const Step step = harbour.Decide();
  REQUIRE(std::holds_alternative<Write>(step));
  CHECK(std::get<Write>(step).request.Describe() == patched);
  Proves("RO-038");
}

TEST_CASE("the Pods of a paused workload may be those of a ReplicaSet to come (RO-038)") {
  Harbour harbour;
  harbour.world.deployment.spec.paused = true;
  harbour.kind.own_traits.takes_over_rollouts = true;
  harbour.world.AddOld("web-1", 0, 0);
  std::string patched = "patch boats/status ns/web";
  SECTION("only an old one is there") {}
  SECTION("so is the new one, of a rollout that had this size") {
    harbour.world.AddNew("web-2", 0, 0);
  }
  SECTION("the new one had another size: the workload was scaled") {
    ReplicaSet& rs = harbour.world.AddNew("web-2", 0, 0);
    harbour.world.SetAnnotation(rs, kDesiredReplicas, "0");
    patched = "patch replicasets ns/web-2";
  }
  const Step step = harbour.Decide();
  REQUIRE(std::holds_alternative<Write>(step));
  CHECK(std::get<Write>(step).request.Describe() == patched);
  Proves("RO-038");
}

// Whom this serves: who pauses a Recreate that has taken all Pods, of a kind that acts upon sizes
// only while their generation is not observed.
TEST_CASE(
    "what waits for Pods of another ReplicaSet is not said to be acted upon (S-010, RO-038)") {
  Harbour harbour;
  harbour.recreate = true;
  harbour.world.deployment.spec.paused = true;
  harbour.kind.own_traits.takes_over_rollouts = true;
  harbour.revision = "2";
  harbour.world.AddOld("web-1", 0, 0);
  harbour.world.AddNew("web-2", 0, 0);
  ReplicaSet& old = harbour.world.replica_sets.front();
  old.status.terminating_replicas = 1;
  Step step = harbour.Decide();
  REQUIRE(harbour.kind.written);
  CHECK(harbour.kind.written->observed_generation == 1);
  old.status.terminating_replicas = 0;
  step = harbour.Decide();
  CHECK(std::get<Read>(step).request.Describe() == "list pods ns (app=web)");
}

TEST_CASE("the limits that the kind has resolved are kept to, and its error is told") {
  Harbour harbour;
  harbour.world.AddOld("web-1", 2, 2);
  ReplicaSet& new_replica_set = harbour.world.AddNew("web-2", 0, 0);
  SECTION("limits") {
    const Step step = harbour.Decide();  // one above two
    CHECK(std::get<Write>(step).on_success[0].message == "Scaled up replica set web-2 from 0 to 1");
  }
  SECTION("error") {
    harbour.strategy_error = "hoist a sail";
    new_replica_set.meta.annotations.Set("deployment.kubernetes.io/desired-replicas", "2");
    const Step step = harbour.Decide();
    CHECK(std::get<Failed>(step).error.message == "hoist a sail");
  }
}

}  // namespace
}  // namespace windlass::workload::workload_kind_test
