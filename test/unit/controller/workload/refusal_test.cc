// Selectors and strategies that the API server refuses, but that old objects may have.
#include <functional>

#include "controller/workload/status/refused_spec.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/completed_cluster.h"
#include "test/unit/controller/workload/world.h"

namespace windlass::workload::refusal_test {
namespace {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;

constexpr const char* kSelectingAll =
    "SelectingAll: This deployment is selecting all pods. A non-empty selector is required.";

TEST_CASE("an empty selector: a Warning, the generation, and nothing else (D-052, UT-02)") {
  CompletedCluster cluster(4);
  cluster.Edit([](Json& d) {
    d["spec"]["selector"] = Json::object();
    d["spec"]["replicas"] = 8;
  });
  cluster.events.clear();
  cluster.writes.clear();
  const Json before = cluster.deployment()["status"];
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.writes == Lines{"status"});
  CHECK(cluster.events == Lines{kSelectingAll});
  Json want = before;
  want["observedGeneration"] = 2;
  CHECK(cluster.deployment()["status"] == want);
  CHECK(cluster.SizeOf("v1") == 4);

  cluster.Sync();  // nothing more to acknowledge
  CHECK(cluster.writes == Lines{"status"});
  CHECK(cluster.events == Lines{kSelectingAll, kSelectingAll});
  Proves("D-052");
}

// Whom this serves: who waits for observedGeneration, as `kubectl rollout status` does.
TEST_CASE("a generation of an empty selector that lost a race is written again soon (D-052)") {
  Cluster cluster(4);
  cluster.Edit([](Json& d) { d["spec"]["selector"] = Json::object(); });
  int refused = 0;
  cluster.server = [&](const Request&) -> std::optional<Result<Reply>> {
    ++refused;
    return Result<Reply>(Error{ErrorKind::kConflict, "no"});
  };
  const Step end = cluster.Sync();
  REQUIRE(std::holds_alternative<Failed>(end));
  CHECK(std::get<Failed>(end).error.kind == ErrorKind::kConflict);
  CHECK(refused == 1);
  CHECK(cluster.events == Lines{kSelectingAll});
  Proves("D-052");
}

struct Row {
  std::string id;
  std::function<void(World&)> make;
  std::string want;
};

TEST_CASE("what cannot be understood fails until the spec changes, and says what to do") {
  const Row row = GENERATE(values<Row>({
      {"D-053",
       [](World& w) { w.deployment.spec.selector.match_expressions = {{"a", "Near", {"b"}}}; },
       "deployment ns/web has invalid label selector: selector requirement on \"a\": operator "
       "\"Near\" is not one of In, NotIn, Exists, DoesNotExist"},
      {"D-053 values missing",
       [](World& w) { w.deployment.spec.selector.match_expressions = {{"a", "In", {}}}; },
       "deployment ns/web has invalid label selector: selector requirement on \"a\": operator "
       "\"In\" needs at least one value"},
      {"D-059", [](World& w) { w.deployment.spec.strategy_type = "Canary"; },
       "unexpected deployment strategy type: Canary: set spec.strategy.type to RollingUpdate or "
       "Recreate"},
      {"D-059 none", [](World& w) { w.deployment.spec.strategy_type = ""; },
       "unexpected deployment strategy type: : set spec.strategy.type to RollingUpdate or "
       "Recreate"},
      {"D-250 X-39", [](World& w) { w.deployment.spec.max_surge = IntOrPercent::Percent("oops"); },
       "spec.strategy.rollingUpdate.maxSurge: \"oops\" is not a percentage: write a count of Pods "
       "such as 1, or a percentage such as \"25%\""},
      {"D-250 a percentage of more Pods than can be counted",
       [](World& w) { w.deployment.spec.max_surge = IntOrPercent::Percent("99999999999999%"); },
       "spec.strategy.rollingUpdate.maxSurge: \"99999999999999%\" is too large: write a count of "
       "Pods such as 1, or a percentage such as \"25%\""},
      {"D-250 a percentage that is no 64-bit number",
       [](World& w) {
         w.deployment.spec.max_unavailable = IntOrPercent::Percent("9223372036854775808%");
       },
       "spec.strategy.rollingUpdate.maxUnavailable: \"9223372036854775808%\" is not a percentage: "
       "write a count of Pods such as 1, or a percentage such as \"25%\""},
  }));
  CAPTURE(row.id);
  World world(10);
  world.AddOld("web-old", 4, 4);
  world.AddNew("web-new", 6, 6);
  row.make(world);
  const Step step = world.Decide();
  const Failed* failed = std::get_if<Failed>(&step);
  REQUIRE(failed != nullptr);  // nothing is written
  CHECK(failed->error.kind == ErrorKind::kInvalid);
  CHECK(failed->error.message == row.want);
  CHECK(failed->retry == Retry::kOnSpecChange);
  CHECK(failed->events.empty());  // D-002
  Proves(row.id);
}

TEST_CASE("no ReplicaSet is made for what cannot be rolled out, not for a rollback either") {
  Cluster cluster(4);
  cluster.Edit([](Json& d) {
    d["spec"]["strategy"]["type"] = "Canary";
    if (GENERATE(false, true)) {
      d["metadata"]["annotations"]["deprecated.deployment.rollback.to"] = "0";
    }
  });
  CHECK(std::holds_alternative<Failed>(cluster.Sync()));
  CHECK(cluster.writes.empty());
  Proves("D-059");
}

TEST_CASE("nothing is scaled by limits that nobody could tell, nor without a strategy") {
  const bool paused = GENERATE(false, true);
  const auto make = GENERATE(values<std::function<void(Json&)>>({
      [](Json& spec) { spec["strategy"]["type"] = "Canary"; },
      [](Json& spec) { spec["strategy"]["rollingUpdate"]["maxSurge"] = "oops"; },
      [](Json& spec) { spec["strategy"]["rollingUpdate"]["maxUnavailable"] = "1.5%"; },
  }));
  const bool midway = GENERATE(false, true);
  CAPTURE(paused, midway);
  CompletedCluster cluster(8);
  if (midway) {
    cluster.SetImage("v2");
    cluster.Sync();
    cluster.RunReplicaSets();
  }
  cluster.Edit([&](Json& d) {
    make(d["spec"]);
    d["spec"]["replicas"] = 16;
    d["spec"]["paused"] = paused;
  });
  cluster.writes.clear();
  cluster.events.clear();
  const Json status = cluster.deployment()["status"];
  const Step step = cluster.Sync();
  REQUIRE(std::holds_alternative<Failed>(step));
  CHECK(std::get<Failed>(step).retry == Retry::kOnSpecChange);
  CHECK(cluster.writes.empty());
  CHECK(cluster.events.empty());
  CHECK(cluster.deployment()["status"] == status);  // the generation was not acted upon (D-065)

  cluster.Edit([](Json& d) {
    d["spec"]["strategy"] = {{"type", "RollingUpdate"},
                             {"rollingUpdate", {{"maxSurge", 0}, {"maxUnavailable", 1}}}};
  });
  cluster.Sync();
  int total = 0;
  for (const auto& [name, rs] : cluster.replica_sets()) total += rs["spec"]["replicas"].get<int>();
  CHECK(total == 16);
  Proves("D-059 D-250");
}

TEST_CASE("a paused Deployment that needs no scaling gets its status, whatever its strategy") {
  CompletedCluster cluster(4);
  cluster.Edit([](Json& d) {
    d["spec"]["strategy"]["type"] = "Canary";
    d["spec"]["paused"] = true;
  });
  cluster.writes.clear();
  CHECK(std::holds_alternative<Wait>(cluster.Sync()));
  CHECK(cluster.writes == Lines{"status"});
  CHECK(cluster.Condition("Progressing") == "Unknown DeploymentPaused");
  CHECK(cluster.deployment()["status"]["observedGeneration"] == 2);
  Proves("D-056 D-059");
}

TEST_CASE("a strategy that is not known does not keep a Deployment from being deleted (D-055)") {
  World world(10);
  world.AddOld("web-old", 4, 4);
  world.AddNew("web-new", 6, 6);
  world.deployment.meta.deletion_timestamp = kNow;
  world.deployment.spec.strategy_type = "Canary";
  const Step step = world.Decide();
  CHECK(std::get<Write>(step).request.Describe() == "patch deployments/status ns/web");
  Proves("D-055");
}

}  // namespace
}  // namespace windlass::workload::refusal_test
