// Rollouts in place that change CPU and memory (P-101…P-105).
#include <algorithm>
#include <set>

#include "controller/in_place/phases/next_step.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::resources_test {
namespace {

using Json = nlohmann::json;

Json Sizes(const std::string& cpu, const std::string& memory) {
  return {{"requests", {{"cpu", cpu}, {"memory", "1Gi"}}},
          {"limits", {{"cpu", "4"}, {"memory", memory}}}};
}

// All Pods have 500m and a limit of 2Gi. CPU and memory may change in place.
class Sized : public InPlaceCluster {
 public:
  explicit Sized(int32_t replicas, int32_t max_unavailable = 1, bool restarts = false)
      : InPlaceCluster(replicas, max_unavailable) {
    Annotate("windlass.dev/in-place-resources", "IfPossible");
    EditContainer([&](Json& container) {
      container["resources"] = Sizes("500m", "2Gi");
      if (!restarts) return;
      container["resizePolicy"] = {
          {{"resourceName", "memory"}, {"restartPolicy", "RestartContainer"}}};
    });
    SettleInPlace();
    writes.clear();
    events.clear();
  }

  void EditContainer(const std::function<void(Json& container)>& edit) {
    Edit([&](Json& d) { edit(d["spec"]["template"]["spec"]["containers"][0]); });
  }
  void SetSizes(const std::string& cpu, const std::string& memory = "2Gi") {
    EditContainer([&](Json& container) { container["resources"] = Sizes(cpu, memory); });
  }
  std::string CpuOf(const std::string& pod) {
    return PodNamed(pod)["spec"]["containers"][0]["resources"]["requests"]["cpu"];
  }
  std::string RunsWith(const std::string& pod) {
    const Json& status = PodNamed(pod)["status"]["containerStatuses"][0];
    return status["resources"]["requests"]["cpu"];
  }
  int Resized(const std::string& cpu) {
    int count = 0;
    for (const std::string& pod : PodNames()) count += CpuOf(pod) == cpu ? 1 : 0;
    return count;
  }
  // Pods whose spec the kubelet has not carried out.
  int UnderWay() {
    int count = 0;
    for (const std::string& pod : PodNames()) count += CpuOf(pod) == RunsWith(pod) ? 0 : 1;
    return count;
  }
  void CheckAll(const std::string& cpu, int restarts = 0) {
    CHECK(Condition("Progressing") == "True NewReplicaSetAvailable");
    CHECK(InPlaceCondition() == "False Complete");
    for (const std::string& pod : PodNames()) {
      CHECK(CpuOf(pod) == cpu);
      CHECK(RunsWith(pod) == cpu);
      CHECK(RestartsOf(pod) == restarts);
    }
  }
};

TEST_CASE("CPU changes by a resize: no Pod is replaced, no container restarts (P-101)") {
  Sized c(4);
  const auto pods = c.PodNames();
  c.SetSizes("750m");
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  c.CheckAll("750m");
  CHECK(c.events.front().find("limits") == std::string::npos);
  CHECK(std::ranges::any_of(c.events, [](const std::string& event) {
    return event.find("a: requests.cpu 500m to 750m") != std::string::npos;
  }));
  Proves("P-101");
}

TEST_CASE("with in-place-resources: Never, another CPU needs new Pods (P-106)") {
  Sized c(2);
  c.Annotate("windlass.dev/in-place-resources", "Never");
  c.SetSizes("750m");
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage().starts_with(
      "spec.template.spec.containers[0].resources.requests.cpu has changed"));
  CHECK(c.Resized("500m") == 2);
  Proves("P-106");
}

TEST_CASE("a crash between state and resize: the resize is sent afterwards (P-101)") {
  Sized c(3);
  c.SetSizes("750m");
  for (int writes = 1; writes < 12; ++writes) {
    c.Sync(1);
    c.RunPods();
  }
  c.SettleInPlace();
  c.CheckAll("750m");
  Proves("P-101");
}

TEST_CASE("a resize is done when the kubelet has carried it out, not before (P-102)") {
  Sized c(4);
  c.SetSizes("750m");
  c.Sync();
  CHECK(c.UnderWay() == 1);  // the canary
  c.now += 5;
  c.Sync();
  CHECK(c.UnderWay() == 1);
  CHECK(c.InPlaceCondition() == "True Patching");
  c.RestartAll();
  CHECK(c.UnderWay() == 0);
  Proves("P-102");
}

TEST_CASE("a resize without a restart needs no budget: a quarter of the Pods at once (P-103)") {
  Sized c(8);
  c.CloseBudget();
  c.SetSizes("750m");
  c.Sync();
  CHECK(c.UnderWay() == 1);
  c.RestartAndRun();
  int most = 0;
  for (int i = 0; i < 10; ++i) {
    c.Sync();
    most = std::max(most, c.UnderWay());
    c.RestartAndRun();
  }
  CHECK(most == 2);
  c.SettleInPlace();
  c.CheckAll("750m");
  Proves("P-103");
}

TEST_CASE("a resize without a restart goes on where no Pod may be missing (P-103)") {
  Sized c(2, 0);
  c.Annotate("windlass.dev/in-place-surge", "Never");
  c.Annotate("windlass.dev/in-place", "IfPossible");
  const auto pods = c.PodNames();
  c.SetSizes("750m");
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  c.CheckAll("750m");
  Proves("P-103");
}

TEST_CASE("a resize that restarts the container counts as a restart (P-103)") {
  Sized c(4, 1, /*restarts=*/true);
  c.SetSizes("500m", "3Gi");
  c.Sync();
  const auto memory = [&](const std::string& pod) -> std::string {
    return c.PodNamed(pod)["spec"]["containers"][0]["resources"]["limits"]["memory"];
  };
  const auto resized = [&] {
    const auto pods = c.PodNames();
    return std::ranges::count_if(pods, [&](const auto& pod) { return memory(pod) == "3Gi"; });
  };
  CHECK(resized() == 1);
  for (int i = 0; i < 3; ++i) {
    c.RestartAndRun();
    c.Sync();
    CHECK(resized() == i + 2);  // one at a time
  }
  c.SettleInPlace();
  c.CheckAll("500m", 1);
  Proves("P-103");
}

TEST_CASE("image and CPU change together (P-101)") {
  Sized c(3);
  const auto pods = c.PodNames();
  c.EditContainer([](Json& container) {
    container["image"] = "v2";
    container["resources"] = Sizes("750m", "2Gi");
  });
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  c.CheckAll("750m", 1);
  CHECK(c.PodsOf("v2") == 3);
  Proves("P-101");
}

TEST_CASE("an undo midway brings CPU back (P-064)") {
  Sized c(4);
  const auto pods = c.PodNames();
  c.SetSizes("750m");
  c.Sync(GENERATE(1, 2, 3, 4, 5, 6));
  c.RestartAndRun();
  c.Sync(GENERATE(1, 2));
  c.Undo("1");
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  c.CheckAll("500m");
  Proves("P-064");
}

TEST_CASE("an undo takes CPU back from a Pod that lost its state (P-028)") {
  Sized c(3);
  const auto pods = c.PodNames();
  c.SetSizes("750m");
  c.Sync();
  c.RestartAndRun();
  REQUIRE(c.Resized("750m") == 1);
  for (const std::string& pod : pods) {
    Json& meta = c.PodNamed(pod)["metadata"];
    if (c.CpuOf(pod) == "750m") meta.erase("annotations");
  }
  c.Undo("1");
  c.SettleInPlace();
  CHECK(c.PodNames() == pods);
  c.CheckAll("500m");
  Proves("P-028");
}

TEST_CASE("a newer size overtakes a resize that is not carried out (P-065)") {
  Sized c(3);
  c.SetSizes("750m");
  c.Sync();
  c.SetSizes("1");
  c.SettleInPlace();
  c.CheckAll("1");
  Proves("P-065");
}

TEST_CASE("a resize that a node will not do: new Pods, or a failed one (P-104)") {
  Sized c(3);
  const bool only = GENERATE(true, false);
  if (!only) c.Annotate("windlass.dev/in-place", "IfPossible");
  for (const std::string& pod : c.PodNames()) c.resize_answers[pod] = "Infeasible";
  c.SetSizes("100");
  c.Rounds(6);
  if (only) {
    CHECK(c.InPlaceCondition() == "True Failing");
    CHECK(c.InPlaceMessage().find("(ResizeInfeasible)") != std::string::npos);
    CHECK(c.Resized("100") == 1);
  } else {
    CHECK(c.fallbacks == std::vector<std::string>{"ResizeInfeasible"});
    CHECK(c.InPlaceMessage().find("Node didn't have enough capacity: cpu (ResizeInfeasible)") !=
          std::string::npos);
  }
  Proves("P-104");
}

TEST_CASE("a size above that of the node, which the API server refuses (P-104)") {
  Sized c(3);
  const bool only = GENERATE(true, false);
  if (!only) c.Annotate("windlass.dev/in-place", "IfPossible");
  for (const std::string& pod : c.PodNames()) c.resize_answers[pod] = "NodeCapacity";
  c.SetSizes("100");
  c.Sync();
  const std::vector<std::string> infeasible = {"ResizeInfeasible"};
  CHECK(c.fallbacks == (only ? std::vector<std::string>() : infeasible));
  if (only) {
    CHECK(c.InPlaceCondition() == "True Failing");
    c.resize_answers.clear();
    c.now += 60;
    c.SettleInPlace();
    c.CheckAll("100");
  }
  Proves("P-104");
}

TEST_CASE("the fallback says what the kubelet says, such as of a static policy (P-104)") {
  Sized c(3);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.resize_message =
      "Resize is infeasible for Guaranteed Pods alongside CPU Manager policy \"static\"";
  for (const std::string& pod : c.PodNames()) c.resize_answers[pod] = "Infeasible";
  c.SetSizes("2");
  c.Rounds(6);
  CHECK(c.fallbacks == std::vector<std::string>{"ResizeInfeasible"});
  CHECK(c.InPlaceMessage().find("CPU Manager policy") != std::string::npos);
  Proves("P-104");
}

TEST_CASE("a deferred resize is waited for, five minutes (P-104)") {
  Sized c(3);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  for (const std::string& pod : c.PodNames()) c.resize_answers[pod] = "Deferred";
  c.SetSizes("2");
  c.Rounds(3);
  CHECK(c.Resized("2") == 1);
  CHECK(c.InPlaceCondition() == "True Patching");
  CHECK(
      c.InPlaceMessage().ends_with("waits for its resize: Node didn't have enough capacity: cpu"));
  const bool gets_room = GENERATE(true, false);
  if (gets_room) {
    c.now += 200;
    c.resize_answers.clear();
    c.SettleInPlace();
    c.CheckAll("2");
    CHECK(c.fallbacks.empty());
  } else {
    c.now += 290;
    c.Sync();
    CHECK(c.fallbacks.empty());
    c.now += 20;
    c.Sync();
    CHECK(c.fallbacks == std::vector<std::string>{"ResizeDeferred"});
  }
  Proves("P-104");
}

TEST_CASE("what an autoscaler has set stays, and its Pod is not edited (P-105)") {
  Sized c(3);
  const std::string pod = c.PodNames().front();
  const auto autoscale = [&](const std::string& cpu) {
    Json& object = c.PodNamed(pod);
    object["spec"]["containers"][0]["resources"]["requests"]["cpu"] = cpu;
    object["metadata"]["generation"] = object["metadata"]["generation"].get<int>() + 1;
  };
  autoscale("600m");
  autoscale("650m");
  c.RestartAll();
  c.RollOutInPlace("v2");
  CHECK(c.CpuOf(pod) == "650m");
  for (const std::string& one : c.PodNames()) CHECK(c.RestartsOf(one) == 1);

  // A template that changes this CPU owns it again.
  c.SetSizes("750m");
  c.SettleInPlace();
  c.CheckAll("750m", 1);
  Proves("P-105");
}

TEST_CASE("a size that an autoscaler sets after our resize stays (P-105)") {
  Sized c(3);
  c.SetSizes("750m");
  c.Sync();
  for (const std::string& pod : c.PodNames()) {
    if (c.CpuOf(pod) != "750m") continue;
    Json& object = c.PodNamed(pod);
    object["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "900m";
    object["metadata"]["generation"] = object["metadata"]["generation"].get<int>() + 1;
  }
  c.SettleInPlace();
  CHECK(c.Resized("900m") == 1);
  CHECK(c.Resized("750m") == 2);
  CHECK(c.InPlaceCondition() == "False Complete");
  Proves("P-105");
}

TEST_CASE("a Pod that is born of the old size amid the exchange is resized (P-057)") {
  Sized c(3);
  c.SetSizes("750m");
  std::string born;
  for (int i = 0; i < 200 && born.empty(); ++i) {
    c.Sync(1);
    c.RestartAndRun();
    const bool exchanged = std::ranges::any_of(c.replica_sets(), [](const auto& one) {
      const Json& rs = one.second;
      const Json& container = rs["spec"]["template"]["spec"]["containers"][0];
      return rs["spec"]["replicas"] == 3 && container["resources"]["requests"]["cpu"] == "750m";
    });
    if (!exchanged) continue;
    born = c.PodNames().front();
    Json& object = c.PodNamed(born);
    object["metadata"].erase("annotations");
    object["metadata"]["labels"].erase("windlass.dev/revision");
    object["metadata"]["generation"] = 1;
    object["spec"]["containers"][0]["resources"] = Sizes("500m", "2Gi");
    c.RestartAll();
  }
  REQUIRE(!born.empty());
  c.SettleInPlace();
  c.CheckAll("750m");
  Proves("P-057");
}

TEST_CASE("kubelets before 1.33 do not resize (P-104)") {
  Sized c(2);
  for (Node& node : c.nodes) node.kubelet_version = {1, 32};
  c.SetSizes("750m");
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  CHECK(c.InPlaceMessage().find("(ResizeKubeletTooOld)") != std::string::npos);
  Proves("P-104");
}

TEST_CASE("a paused workload still gets the resize that a state asks for (P-041)") {
  Sized c(3);
  c.SetSizes("750m");
  for (int i = 0; i < 20; ++i) {
    c.Sync(1);
    if (!c.writes.empty() && c.writes.back().starts_with("patch web")) break;
  }
  REQUIRE(c.Resized("750m") == 0);
  c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  c.Rounds(3);
  CHECK(c.Resized("750m") == 1);
  Proves("P-041");
}

}  // namespace
}  // namespace windlass::in_place::resources_test
