// A rollout that does not move because none of its Pods starts, and that is then scaled down
// (B-12).
#include "controller/workload/sizes/spared_pods.h"

#include <string>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/workload/cluster.h"
#include "test/unit/controller/workload/completed_cluster.h"

namespace windlass::workload::spared_pods_test {
namespace {

using Json = nlohmann::json;

// A rollout from v1 to v2 with no available Pod of v2 until Settle.
struct Broken : CompletedCluster {
  explicit Broken(const Json& limits) : CompletedCluster(10) {
    Edit([&](Json& d) { d["spec"]["strategy"]["rollingUpdate"] = limits; });
    SetImage("v2");
    Rest();
    writes.clear();
  }

  void Rest(int32_t available_of_v2 = 0, int writes_max = 64) {
    for (int i = 0; i < 20; ++i) {
      Sync(writes_max);
      RunReplicaSets({{"v2", available_of_v2}});
    }
  }

  std::string Sizes() { return std::to_string(SizeOf("v1")) + "+" + std::to_string(SizeOf("v2")); }
  std::string Note() {
    return ReplicaSet("v2")["metadata"]["annotations"].value(std::string(kScaledDown), "");
  }
};

const Json kNumbers = {{"maxSurge", 3}, {"maxUnavailable", 2}};
const Json kPercentages = {{"maxSurge", "25%"}, {"maxUnavailable", "25%"}};

TEST_CASE("a broken rollout that is scaled down keeps good Pods while broken ones can go (B-12)") {
  struct Row {
    Json limits;
    std::string before;
    int32_t replicas;
    std::string want;
  };
  const Row row = GENERATE(values<Row>({
      {kNumbers, "8+5", 6, "6+3"},
      {kPercentages, "8+5", 6, "6+2"},
      {{{"maxSurge", 0}, {"maxUnavailable", 2}}, "8+2", 5, "4+1"},
      {{{"maxSurge", 1}, {"maxUnavailable", 2}}, "8+3", 3, "3+1"},
      {kNumbers, "8+5", 9, "8+4"},
      {kNumbers, "8+5", 12, "9+6"},
  }));
  const int writes_max = GENERATE(64, 1);  // a crash after every write
  CAPTURE(row.replicas, writes_max);
  Broken cluster(row.limits);
  REQUIRE(cluster.Sizes() == row.before);
  cluster.Scale(row.replicas);
  cluster.Rest(0, writes_max);
  CAPTURE(cluster.writes);
  CHECK(cluster.Sizes() == row.want);

  cluster.Settle();  // the cause is mended
  CHECK(cluster.Sizes() == "0+" + std::to_string(row.replicas));
  CHECK(cluster.Condition("Progressing") == "True NewReplicaSetAvailable");
  Proves("B-12");
}

TEST_CASE("once a new Pod is available a scaled rollout spends maxUnavailable as any other") {
  Broken cluster(kNumbers);
  cluster.Scale(6);
  cluster.Rest();
  REQUIRE(cluster.Sizes() == "6+3");
  cluster.Rest(1);
  CHECK(cluster.Sizes() == "3+6");  // 4 available
}

TEST_CASE("a rollout that was not scaled down spends maxUnavailable at once (D-268)") {
  Broken cluster(kNumbers);
  SECTION("scaled up again") {
    cluster.Scale(6);
    cluster.Rest();
    cluster.Scale(10);
    cluster.Rest();
    CHECK(cluster.Sizes() == "8+5");
  }
  SECTION("to a third template") {
    cluster.Scale(6);
    cluster.Rest();
    cluster.SetImage("v3");
    cluster.SyncAndRunSets(6, {{"v3", 0}});
    CHECK(cluster.Sizes() == "4+0");
    CHECK(cluster.SizeOf("v3") == 5);
  }
  SECTION("its ReplicaSet scaled by somebody else") {
    cluster.Scale(6);
    cluster.Rest();
    cluster.EditReplicaSet(cluster.NameOf("v2"), [](Json& rs) { rs["spec"]["replicas"] = 2; });
    cluster.Rest();
    CHECK(cluster.Sizes() == "4+5");
  }
}

TEST_CASE("the note of a rollout that was scaled down outlives our own writes (B-12)") {
  Broken cluster(kNumbers);
  cluster.Scale(6);
  cluster.Rest();
  cluster.EditReplicaSet(cluster.NameOf("v1"), [](Json& rs) { rs["spec"]["replicas"] = 5; });
  cluster.Rest();
  CHECK(cluster.Sizes() == "5+4");
  CHECK(cluster.Note() == cluster.ReplicaSet("v2")["metadata"]["generation"].dump() + "/6");
  cluster.Edit([](Json& d) { d["spec"]["minReadySeconds"] = 5; });
  cluster.Rest();
  CHECK(cluster.Sizes() == "5+4");
  Proves("B-12");
}

TEST_CASE("an undo to a ReplicaSet that was scaled down once is a rollout as any other (B-12)") {
  Broken cluster(kNumbers);
  cluster.Scale(6);
  cluster.Rest();
  cluster.RollOut("v3");
  REQUIRE_FALSE(cluster.Note().empty());
  cluster.Undo("2");
  cluster.Rest();
  CHECK(cluster.SizeOf("v3") == 4);
  CHECK(cluster.SizeOf("v2") == 5);
  CHECK_FALSE(cluster.deployment()["metadata"]["annotations"].contains(std::string(kScaledDown)));
  Proves("B-12");
}

TEST_CASE("nothing is noted where it would change nothing") {
  Broken cluster({{"maxSurge", 2}, {"maxUnavailable", 0}});
  cluster.Scale(6);
  cluster.Rest();
  CHECK(cluster.Sizes() == "6+2");
  CHECK(cluster.Note().empty());
}

}  // namespace
}  // namespace windlass::workload::spared_pods_test
