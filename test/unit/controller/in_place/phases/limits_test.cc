// Replicas changed to a number that makes in-place impossible: Only waits, IfPossible goes on by
// replacing Pods (P-011 … P-013).
#include <algorithm>

#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::limits_test {
namespace {

// At rest with image v1: a quarter of the Pods may be unavailable, and no stand-ins be made.
class Quarter : public InPlaceCluster {
 public:
  Quarter(int32_t replicas, const std::string& policy) : InPlaceCluster(replicas, 1) {
    Annotate("windlass.dev/in-place", policy);
    Annotate("windlass.dev/in-place-surge", "Never");
    Annotate("windlass.dev/in-place-max-unavailable", "25%");
    SettleInPlace();
  }
};

TEST_CASE("with Only, a rollout whose budget goes by scaling waits for it (P-012)") {
  Quarter c(4, "Only");
  c.SetImage("v2");
  c.Rounds(1);
  c.Scale(3);
  c.Rounds(1);
  const auto pods = c.PodNames();
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  CHECK(c.InPlaceCondition() == "True WaitingForBudget");
  CHECK(c.InPlaceMessage().ends_with(
      ": maxUnavailable comes to 0 Pods, and no Pod may be added (NoBudget): set "
      "windlass.dev/in-place-max-unavailable to 1 or more"));
  c.Scale(4);
  SettlesAt(c, "v2");
  for (const std::string& pod : pods) CHECK(c.RestartsOf(pod) == 1);
}

// Returns the first Pod with this image.
std::string PodOf(const InPlaceCluster& cluster, const std::string& image) {
  const std::vector<std::string> pods = cluster.PodNames();
  const auto found = std::ranges::find_if(
      pods, [&](const std::string& pod) { return cluster.ImageOfPod(pod) == image; });
  REQUIRE(found != pods.end());
  return *found;
}

// Serves users who ask why the rollout stands still.
TEST_CASE("a rollout that waits for a patched Pod names it (P-033)") {
  Started c(3);
  c.Patch(1);
  const std::string patched = PodOf(c, "v2");
  c.PodNamed(patched)["status"]["conditions"][2]["status"] = "False";
  c.Sync();
  CHECK(c.InPlaceCondition() == "True WaitingForBudget");
  CHECK(c.InPlaceMessage() ==
        "1 of 3 Pods are patched, 0 of them are done: pod " + patched + " is not available yet");
}

TEST_CASE("a rollout that waits for other Pods says that maxUnavailable is used up (P-033)") {
  Started c(3);
  c.Patch(1);
  nlohmann::json& status = c.PodNamed(PodOf(c, "v1"))["status"];
  status["conditions"][2]["status"] = "False";
  status["containerStatuses"] = nlohmann::json::array();  // nothing is known, so it is not patched
  c.Sync();
  CHECK(c.InPlaceCondition() == "True WaitingForBudget");
  CHECK(c.InPlaceMessage() ==
        "1 of 3 Pods are patched, 1 of them is done: waiting for Pods that are not available: "
        "maxUnavailable 1 is used up");
}

// Serves users whose rollout does not even begin.
TEST_CASE("nor does it begin while they use up maxUnavailable (P-033)") {
  Started c(3);
  nlohmann::json& status = c.PodNamed(c.PodNames()[0])["status"];
  status["conditions"][2]["status"] = "False";
  status["containerStatuses"] = nlohmann::json::array();  // nothing is known, so it is not patched
  c.SetImage("v2");
  c.Sync();
  c.Sync();
  CHECK(c.InPlaceCondition() == "True WaitingForBudget");
  CHECK(c.InPlaceMessage() ==
        "0 of 3 Pods are patched: waiting for Pods that are not available: maxUnavailable 1 is "
        "used up");
  Proves("P-084");
}

TEST_CASE("a PodDisruptionBudget without room at the beginning is told by its name (P-038)") {
  Started c(3);
  c.CloseBudget();
  c.SetImage("v2");
  c.Sync();
  c.Sync();
  CHECK(c.InPlaceCondition() == "True WaitingForPDB");
  CHECK(c.PodsOf("v2") == 0);
}

// At a partition with one updated Pod. Serves users of a Rollout, whose deadline runs there while
// that Pod is not available.
class AtPartition : public Started {
 public:
  AtPartition() : Started(4) {
    Annotate("windlass.dev/in-place-partition", "3");
    RollOutInPlace("v2");
    updated = PodOf(*this, "v2");
    REQUIRE(InPlaceMessage() == "1 of 4 Pods are patched, 1 of them is done: " + rests);
  }
  // Sets condition Ready of the updated Pod to False.
  void MakeUnready() {
    nlohmann::json& ready = PodNamed(updated)["status"]["conditions"][2];
    ready["status"] = "False";
    ready["lastTransitionTime"] = FormatTime({now});
  }
  std::string updated;
  std::string rests = "the other Pods keep their revision";
};

TEST_CASE("at its partition a rollout names the updated Pod that is not available (P-084)") {
  AtPartition c;
  SECTION("it is not ready") {
    c.MakeUnready();
    c.Sync();
    CHECK(c.InPlaceMessage() == "1 of 4 Pods are patched, 0 of them are done: " + c.rests +
                                    "; pod " + c.updated + " is not available yet");
    CHECK(c.InPlaceCondition() == "True Partitioned");
    c.SyncAfter(601);
    CHECK(c.InPlaceCondition() == "True Failing");
  }
  SECTION("it has no node") {
    c.Unschedule(c.updated);
    c.Sync();
    CHECK(c.InPlaceMessage().ends_with(c.rests + "; pod " + c.updated +
                                       " has no node: make room for it"));
    CHECK(c.InPlaceCondition() == "True Partitioned");
  }
  SECTION("its node is lost") {
    c.MakeUnready();
    for (Node& node : c.nodes) {
      if (node.meta.name == c.PodNamed(c.updated)["spec"]["nodeName"])
        node.ready = node.heard = false;
    }
    c.Sync();
    CHECK(c.InPlaceMessage().ends_with(c.rests + "; the node of pod " + c.updated +
                                       " is lost: repair the node, or delete the Pod"));
  }
  SECTION("it is gone, and a quota has no room for the next one") {
    c.DeletePod(c.updated);
    c.EditReplicaSet(c.NameOf("v1"), [](nlohmann::json& rs) {
      rs["status"]["replicas"] = 3;
      rs["status"]["conditions"] = {{{"type", "ReplicaFailure"},
                                     {"status", "True"},
                                     {"reason", "FailedCreate"},
                                     {"message", "exceeded quota: pods"},
                                     {"lastTransitionTime", "2027-01-15T08:00:00Z"}}};
    });
    c.Sync();
    CHECK(c.InPlaceMessage() == "0 of 4 Pods are patched: " + c.rests + "; replica set " +
                                    c.NameOf("v1") + " cannot create Pods: exceeded quota: pods");
  }
  Proves("P-084");
}

TEST_CASE("with Only, one that never had a budget is not begun until there is one (P-012, P-014)") {
  Quarter c(3, "Only");
  const auto pods = c.PodNames();
  c.RollOutInPlace("v2");
  CHECK(c.PodNames() == pods);
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage().starts_with(
      "maxUnavailable comes to 0 Pods, and no Pod may be added (NoBudget). With Only, nothing is "
      "rolled out: set windlass.dev/in-place-max-unavailable to 1 or more; "));
  c.Scale(4);
  SettlesAt(c, "v2");
  for (const std::string& pod : pods) CHECK(c.RestartsOf(pod) == 1);
}

TEST_CASE("with IfPossible, it goes on by replacing Pods (P-012, P-013)") {
  Quarter c(4, "IfPossible");
  c.SetImage("v2");
  c.Rounds(1);
  c.Scale(3);
  c.Sync();
  CHECK(c.in_flight() == 0);
  c.SettleInPlace();
  CHECK(c.PodNames().size() == 3);
  CheckAllRun(c, "v2");
}

TEST_CASE("one that has nothing left to patch is finished without a budget") {
  const std::string policy = GENERATE("Only", "IfPossible");
  Quarter c(4, policy);
  c.SetImage("v2");
  for (int i = 0; i < 60 && c.ImageOfPod(c.PodNames()[3]) == "v1"; ++i) c.Rounds(1);
  REQUIRE(c.ImageOfPod(c.PodNames()[3]) == "v2");
  REQUIRE(c.SizeOf("v1") == 4);  // the exchange is to come
  c.Scale(3);
  SettlesAt(c, "v2");
  for (const std::string& pod : c.PodNames()) CHECK(c.RestartsOf(pod) == 1);
}

TEST_CASE("with Only, strategy Recreate and a second replica hold the rollout (P-011)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.Annotate("windlass.dev/in-place-partition", "1");
  c.RollOutInPlace("v2");
  c.ScaleInPlace(2);
  for (const std::string& one : c.PodNames()) CHECK(c.ImageOfPod(one) == "v1");
  CHECK(std::ranges::count(c.PodNames(), pod) == 1);
  CHECK(c.PodNames().size() == 2);
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage().starts_with(
      "strategy Recreate allows updates in place only with a single replica (RecreateStrategy). "
      "With "
      "Only, nothing is rolled out: set spec.replicas to 1, or spec.strategy.type to "
      "RollingUpdate"));
  c.Scale(1);
  c.Annotate("windlass.dev/in-place-partition", "0");
  SettlesAt(c, "v2");
  CHECK(c.PodNames() == std::vector<std::string>{pod});
}

TEST_CASE("with IfPossible, they turn it to replacing Pods (P-011, P-013)") {
  Alone c("IfPossible");
  c.Annotate("windlass.dev/in-place-partition", "1");
  c.RollOutInPlace("v2");
  c.ScaleInPlace(2);
  CHECK(c.PodNames().size() == 2);
  CheckAllRun(c, "v2");
}

// Whom this serves: who asked for updates in place, and sees all Pods go. Recreate removes the old
// Pods before there is a new ReplicaSet, which would have the note of the decision.
TEST_CASE("with IfPossible and Recreate, users see why Pods are replaced (P-011, P-084)") {
  const bool single = GENERATE(false, true);
  Started c(single ? 1 : 3);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.ChangeStrategy("Recreate");
  c.SettleInPlace();
  c.events.clear();
  c.fallbacks.clear();
  c.Edit([&](nlohmann::json& d) {
    nlohmann::json& spec = d["spec"]["template"]["spec"];
    spec["containers"][0]["image"] = "v2";
    if (single) spec["hostNetwork"] = true;
  });
  c.Sync();
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.InPlaceCondition() == "False NotPossible");
  const std::string why = c.InPlaceMessage();
  const std::string reason = single ? "FieldChanged" : "RecreateStrategy";
  CHECK(why.ends_with('(' + reason + "). So new Pods replace the old ones"));
  CHECK(c.fallbacks == std::vector{reason});
  c.SettleInPlace();
  CheckAllRun(c, "v2");
  CHECK(std::ranges::count(c.events, why) == 1);
  CHECK(c.fallbacks == std::vector{reason});
  CHECK(c.InPlaceCondition() == "False Complete");
  Proves("P-084");
}

TEST_CASE("with Recreate, a refused status write does not hold the rollout (P-084)") {
  Started c(3);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.ChangeStrategy("Recreate");
  c.SettleInPlace();
  c.server = [model = c.server](const Request& request) -> std::optional<Result<Reply>> {
    if (request.resource() != resources::kDeployments || request.subresource() != "status") {
      return model(request);
    }
    return Result<Reply>(Error{ErrorKind::kForbidden, "says the server"});
  };
  c.SetImage("v2");
  c.Sync();
  CHECK(c.SizeOf("v1") == 0);
}

}  // namespace
}  // namespace windlass::in_place::limits_test
