// Pods that carry what Windlass noted on another Pod (P-027): copied by hand, or created from a
// template that was exported from a Pod.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "controller/in_place/pod/pod_state.h"
#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::foreign_state_test {
namespace {

using Json = nlohmann::json;

const std::string kState = "windlass.dev/in-place-state";

// Returns the note of the first Pod that has one.
std::string StateOfAny(Started& c) {
  for (const std::string& pod : c.PodNames()) {
    const Json annotations = c.PodNamed(pod)["metadata"].value("annotations", Json::object());
    if (annotations.contains(kState)) return annotations[kState];
  }
  FAIL("no Pod was patched");
  return {};
}

TEST_CASE("the state of another Pod makes none in flight (P-027)") {
  const int pods = GENERATE(3, 4);
  Started c(pods);
  c.Patch(1);
  const std::string state = StateOfAny(c);
  for (const std::string& pod : c.PodNames()) {
    c.PodNamed(pod)["metadata"]["annotations"][kState] = state;
  }
  c.Sync();
  CHECK(c.InPlaceMessage().ends_with(", 1 is being updated"));
  c.SettlesAt("v2", pods);
  CHECK(c.InPlaceCondition() == "False Complete");
}

void TakeStates(Started& c) {
  for (const std::string& pod : c.PodNames()) {
    Json& meta = c.PodNamed(pod)["metadata"];
    if (!meta.contains("annotations")) continue;
    meta["annotations"].erase(kState);
    if (meta["annotations"].empty()) meta.erase("annotations");
  }
}

TEST_CASE("a drained Pod whose image somebody changes takes traffic again (P-027)") {
  Started c(3);
  c.DrainByLabel();
  c.RollOutInPlace("v2");
  c.SetImage("v3");
  c.Sync();
  std::string drained;
  for (const std::string& pod : c.PodNames()) {
    if (c.LabelOf(pod, "traffic") == "off") drained = pod;
  }
  REQUIRE_FALSE(drained.empty());
  Json& pod = c.PodNamed(drained);
  pod["spec"]["containers"][0]["image"] = "hotfix";
  pod["metadata"]["generation"] = pod["metadata"]["generation"].get<int>() + 1;
  c.SettlesAt("v3", 3);
  CHECK(c.LabelOf(drained, "traffic") == "on");
}

TEST_CASE("a Pod whose gate another Deployment closed before it was adopted is let back (P-040)") {
  Started c(2);
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["readinessGates"] = {
        {{"conditionType", "windlass.dev/in-place-ready"}}};
  });
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place-drain", "Gate");
  c.SetImage("v2");
  c.Sync();
  const auto pods = c.PodNames();
  const auto drained =
      std::ranges::find_if(pods, [&](const std::string& pod) { return c.GateOf(pod) == "False"; });
  REQUIRE(drained != pods.end());
  Json closed = c.PodNamed(*drained);
  c.SettleInPlace();
  REQUIRE(c.GateOf(*drained) == "True");

  std::string state = closed["metadata"]["annotations"][kState];
  const std::string uid = c.deployment()["metadata"]["uid"];
  state.replace(state.find(uid), uid.size(), "00000000-0000-4000-8000-0000000000ff");
  c.PodNamed(*drained)["metadata"]["annotations"][kState] = state;
  c.PodNamed(*drained)["status"]["conditions"] = closed["status"]["conditions"];
  REQUIRE(c.GateOf(*drained) == "False");
  c.Sync();
  CHECK(c.GateOf(*drained) == "True");
}

// Whom this serves: who undoes a rollout, or aborts it, and whose webhook or script took the
// annotations from the Pods, or spoiled them. The Pods would keep the image that is no longer
// wanted, in a Deployment that says it is complete.
TEST_CASE("a patched Pod without its state goes back, too (P-027)") {
  const std::string state = GENERATE("", "{");
  const std::string other = GENERATE("v1", "v3");
  const bool without_label = GENERATE(false, true);
  const int history = GENERATE(10, 0);  // the ReplicaSet of v2 has no Pods, and is still needed
  CAPTURE(state, other, without_label, history);
  Started c(4);
  c.Edit([&](Json& d) { d["spec"]["revisionHistoryLimit"] = history; });
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.RollOutInPlace("v2");
  for (const std::string& pod : c.PodNames()) {
    Json& meta = c.PodNamed(pod)["metadata"];
    if (!meta.contains("annotations")) continue;
    if (without_label) meta["labels"].erase("windlass.dev/revision");
    if (state.empty()) {
      meta.erase("annotations");
    } else {
      meta["annotations"][kState] = state;
    }
  }
  c.RollOutInPlace(other);
  CHECK(c.PodsOf("v2") == 0);
  if (other == "v1") c.CheckAllRun("v1", 4);
}

// Whom this serves: who counts on the Pods that serve, and whose webhook or script took the
// annotation while a Pod was being restarted. All others would go down, too.
TEST_CASE("a Pod whose state was taken counts as restarting until time tells (P-028, P-050)") {
  const std::string spoiled = GENERATE("", "{", "<x> & y");
  Started c(4);
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  for (const std::string& pod : c.PodNames()) {
    Json& meta = c.PodNamed(pod)["metadata"];
    if (!meta.contains("annotations")) continue;
    meta.erase("annotations");
    if (!spoiled.empty()) meta["annotations"][kState] = spoiled;
  }
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.in_flight() == 1);
  CHECK(c.deployment()["status"]["availableReplicas"] == 3);
  CHECK(ParsePodState(StateOfAny(c)).ok());
  c.SettleInPlace();
  c.SettleAgain(100, 10);
  c.CheckAllRun("v2", 4);
}

// Whom this serves: who puts back what a backup has of a Pod. The state of the last update says
// that the Pod has been restarted.
TEST_CASE("an earlier state of the Pod itself counts as none (P-028, P-050)") {
  Started c(4);
  c.RollOutInPlace("v2");
  std::map<std::string, std::string> earlier;
  for (const std::string& pod : c.PodNames()) {
    earlier[pod] = c.PodNamed(pod)["metadata"]["annotations"][kState];
  }
  const std::string to = GENERATE("v3", "v1");
  c.SetImage(to);
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  for (const auto& [pod, state] : earlier)
    c.PodNamed(pod)["metadata"]["annotations"][kState] = state;
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.in_flight() == 1);
  CHECK(c.deployment()["status"]["availableReplicas"] == 3);
  c.SettleAgain(100, 10);
  c.CheckAllRun(to, 4);
}

// Whom this serves: who makes a Deployment anew, and keeps its Pods.
TEST_CASE("a Pod that a former Deployment patched counts as restarting (P-027, P-050)") {
  Started c(4);
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  GiveStatesToFormer(c);
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.in_flight() == 1);
  c.SettlesAt("v2", 4);
}

// Whom this serves: who changes another field in the middle. A rolling update would believe the
// Ready condition of the Pod that restarts.
TEST_CASE("a Pod whose state was taken once is waited for before Pods are replaced (P-013)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  TakeStates(c);
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["containers"][0]["env"] = {{{"name", "A"}, {"value", "1"}}};
  });
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.InPlaceCondition() == "True Patching");
  CHECK(c.PodNames().size() == 4);
  c.now += 100;
  c.SettlesAt("v2", 4);
}

// Whom this serves: whose requests would go to a container that is about to be stopped.
TEST_CASE(
    "a drained Pod whose state was taken stays out of traffic until it is restarted (P-040)") {
  const bool by_label = GENERATE(true, false);
  CAPTURE(by_label);
  Started c(3);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Edit(&TakeTraffic);
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["readinessGates"] = {
        {{"conditionType", "windlass.dev/in-place-ready"}}};
  });
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place", "Only");
  c.Annotate("windlass.dev/in-place-drain", by_label ? "Label:traffic=on/off" : "Gate");
  const auto is_out = [&](const std::string& pod) {
    return by_label ? c.LabelOf(pod, "traffic") == "off" : c.GateOf(pod) == "False";
  };
  c.SetImage("v2");
  for (int i = 0; i < 20 && c.in_flight() == 0; ++i) {
    c.Sync();
    c.now += 10;
  }
  REQUIRE(c.in_flight() == 1);
  const auto pods = c.PodNames();
  const auto out = std::ranges::find_if(pods, is_out);
  REQUIRE(out != pods.end());
  TakeStates(c);
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(is_out(*out));
  c.SettleAgain(20, 100);
  CHECK_FALSE(is_out(*out));
  c.CheckAllRun("v2", 3);
}

TEST_CASE("at rest a Pod that is out of traffic comes back, with a state or without (P-040)") {
  const bool taken = GENERATE(false, true);
  Started c(2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.DrainByLabel();
  c.RollOutInPlace("v2");
  c.SettleAgain(9, 100);
  c.CheckAllRun("v2", 2);
  if (taken) TakeStates(c);
  const std::string pod = c.PodNames().front();
  c.PodNamed(pod)["metadata"]["labels"]["traffic"] = "off";
  c.SettleInPlace();
  CHECK(c.LabelOf(pod, "traffic") == "on");
}

TEST_CASE("only the containers that the patch changed are waited for (P-028)") {
  Started c(2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["containers"].push_back({{"name", "proxy"}, {"image", "mesh"}});
  });
  c.SettleInPlace();
  c.SetImage("v2");
  c.Sync();
  TakeStates(c);
  c.Sync();
  const auto state = ParsePodState(StateOfAny(c));
  REQUIRE(state.ok());
  CHECK(state->containers.size() == 1);
}

// An admission webhook takes the state from every Pod that is patched.
class Forgetful : public Started {
 public:
  explicit Forgetful(int32_t max_unavailable, int32_t replicas = 4)
      : Started(replicas, max_unavailable) {
    on_update = [](const Json& /*before*/, Json& pod) { pod["metadata"].erase("annotations"); };
  }
  // Patches all Pods but `partition` to v2 before the webhook is there, then asks for v1 again.
  void UndoFrom(int32_t partition, int64_t wait = 100) {
    const auto forgetful = std::exchange(on_update, nullptr);
    Annotate("windlass.dev/in-place-partition", std::to_string(partition));
    SetImage("v2");
    for (int i = 0; i < 10; ++i) {
      SettleInPlace();
      now += wait;
    }
    REQUIRE(PodsOf("v2") == static_cast<int>(PodNames().size()) - partition);
    on_update = forgetful;
    SetImage("v1");
  }
  void Roll(const std::string& image) {
    SetImage(image);
    Rounds(4);
  }
  void Rounds(int rounds) { InPlaceCluster::Rounds(rounds, 100); }
};

TEST_CASE("with a webhook that takes each state, one Pod is patched, and is said why (P-028)") {
  Forgetful c(3);
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.Roll("v2");
  CHECK(c.PodsOf("v2") == 1);
  CHECK(c.InPlaceCondition() == "True AnnotationNotKept");
  CHECK(c.InPlaceMessage().ends_with("that webhook (AnnotationNotKept)"));
  CHECK(c.InPlaceMessage().find("1 is without annotation windlass.dev/in-place-state: pod") !=
        std::string::npos);
  CHECK(c.InPlaceMessage().find("exempt the Pods of this workload") != std::string::npos);
  SECTION("it goes on when the webhook is gone") {
    c.on_update = nullptr;
    c.Rounds(20);
    c.SettlesAt("v2", 4);
  }
  SECTION("an undo ends") {
    c.Roll("v1");
    c.SettleInPlace();
    CHECK(c.PodsOf("v1") == 4);
    CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  }
}

// Whom this serves: who counts on the Pods that serve while a rollout is taken back.
TEST_CASE("with such a webhook an undo takes down no more Pods at once than it may (P-050)") {
  Forgetful c(1);
  const auto webhook = std::exchange(c.on_update, nullptr);
  c.SetImage("v2");
  c.Rounds(3);
  REQUIRE(c.PodsOf("v2") == 3);
  c.on_update = webhook;
  c.SetImage("v1");
  for (int i = 0; i < 40; ++i) {
    c.Sync();
    CHECK(c.in_flight() <= 1);
    c.RestartAll();
    c.now += 25;
  }
  CHECK(c.PodsOf("v1") == 4);
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

// The condition is what shows how long the last patch is ago.
TEST_CASE("nor while the status that shows the last patch is refused (P-050)") {
  Forgetful c(1);
  c.UndoFrom(1);
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.RestartAll();
  c.now += 100;
  c.server = [others = c.server](const Request& request) -> std::optional<Result<Reply>> {
    if (request.resource() != resources::kDeployments) return others(request);
    return Result<Reply>(Error{ErrorKind::kConflict, "somebody wrote the status"});
  };
  for (int i = 0; i < 4; ++i) {
    c.Sync();
    CHECK(c.in_flight() <= 1);
  }
  CHECK(c.in_flight() == 1);
}

// Whom this serves: who has more Pods than a sync has requests.
TEST_CASE("with such a webhook an undo of many Pods ends (P-028)") {
  Forgetful c(10, 31);
  c.UndoFrom(2);
  TakeStates(c);
  c.Sync();
  CHECK(c.InPlaceCondition() == "True AnnotationNotKept");
  c.Rounds(60);
  CHECK(c.PodsOf("v1") == 31);
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("with such a webhook an undo keeps minReadySeconds (P-050)") {
  Forgetful c(1);
  c.Edit([](Json& d) { d["spec"]["minReadySeconds"] = 300; });
  c.now += 400;
  c.SettleInPlace();
  c.UndoFrom(2, 400);
  c.Sync();
  REQUIRE(c.PodsOf("v2") == 1);
  c.RestartAll();
  for (int i = 0; i < 7; ++i) {
    c.SyncAfter(40);
    CHECK(c.PodsOf("v2") == 1);
  }
  c.SettleAgain(20, 400);
  CHECK(c.PodsOf("v1") == 4);
}

// Whom this serves: whose node hangs while its Pods are still shown as ready.
TEST_CASE("with such a webhook a Pod waits for a kubelet that has not seen the patch (P-045)") {
  Forgetful c(1);
  c.UndoFrom(1);
  for (int i = 0; i < 6; ++i) {
    c.Sync();
    CHECK(c.PodsOf("v2") == 2);
    c.now += 100;
  }
  SECTION("it comes back") { c.Rounds(10); }
  SECTION("not without end") {
    for (int i = 0; i < 12; ++i) {
      c.SyncAfter(600);
    }
  }
  CHECK(c.PodsOf("v1") == 4);
}

TEST_CASE("with such a webhook an undo with a drain ends (P-040)") {
  Forgetful c(1);
  const auto webhook = std::exchange(c.on_update, nullptr);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.DrainByLabel();
  c.Annotate("windlass.dev/in-place", "Only");
  c.on_update = webhook;
  c.UndoFrom(1);
  c.Rounds(60);
  CHECK(c.PodsOf("v1") == 4);
  for (const std::string& pod : c.PodNames()) CHECK(c.LabelOf(pod, "traffic") == "on");
}

// Whom this serves: who changes another field while a Pod that keeps no state restarts.
TEST_CASE("with such a webhook, Pods are replaced after the restart, too (P-013)") {
  Forgetful c(1);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["containers"][0]["env"] = {{{"name", "A"}, {"value", "1"}}};
  });
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.SizeOf("v1") == 4);
  CHECK(c.InPlaceCondition() == "True AnnotationNotKept");
  c.Rounds(10);
  CHECK(c.SizeOf("v1") == 0);
}

// Whom this serves: whose Service would have one Pod less, and nobody would know why.
TEST_CASE("with such a webhook a Pod that is to be drained is let back (P-040, P-013)") {
  const std::string policy = GENERATE("Only", "IfPossible");
  Forgetful c(1);
  const auto webhook = std::exchange(c.on_update, nullptr);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.DrainByLabel();
  c.Annotate("windlass.dev/in-place", policy);
  int patches = 0;
  c.on_update = [&](const Json& before, Json& pod) {
    ++patches;
    webhook(before, pod);
  };
  c.SetImage("v2");
  for (int i = 0; i < 30; ++i) {
    c.Sync();
    CHECK(patches == 2);  // tried once, and let back
    for (const std::string& pod : c.PodNames()) CHECK(c.LabelOf(pod, "traffic") == "on");
    CHECK(c.InPlaceCondition() == "True AnnotationNotKept");
  }
  if (policy == "Only") c.on_update = nullptr;
  c.Rounds(20);
  c.SettleInPlace();
  CHECK(c.PodsOf("v2") == 4);
}

// Whom this serves: whose policy, such as one that sets labels of Pods, knows nothing of drains. A
// Pod would wait for ever, with a patch at each of its events, and nobody would know why.
TEST_CASE("a drain whose label is set back each time is told, and tried once a minute (P-040)") {
  const std::string policy = GENERATE("Only", "IfPossible");
  CAPTURE(policy);
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.DrainByLabel();
  c.Annotate("windlass.dev/in-place", policy);
  const auto pods = c.PodNames();
  int patches = 0;
  c.on_update = [&](const Json& /*before*/, Json& pod) {
    ++patches;
    pod["metadata"]["labels"]["traffic"] = "on";
  };
  c.SetImage("v2");
  for (int i = 0; i < 25; ++i) {
    c.Sync();
    CHECK(patches == 3);
    CHECK(c.InPlaceCondition() == "True AnnotationNotKept");
    ++c.now;
  }
  CHECK(c.PodsOf("v2") == 0);
  CHECK(c.InPlaceMessage().starts_with("0 of 4 Pods are patched: pod "));
  CHECK(c.InPlaceMessage().ends_with(
      " does not keep label traffic=off, which takes the Pod out of traffic before its patch. Find "
      "the admission policy or the client that sets label traffic. Exempt the Pods of this "
      "workload from it, or change windlass.dev/in-place-drain"));
  CHECK(std::ranges::count(c.events, c.InPlaceMessage()) == 1);
  if (policy == "Only") {
    c.SyncAfter(60);
    CHECK(patches == 4);
    CHECK(c.PodsOf("v2") == 0);
    c.on_update = nullptr;
  }
  c.Rounds(20, 100);
  c.SettleInPlace();
  CHECK(c.PodsOf("v2") == 4);
  CHECK((c.PodNames() == pods) == (policy == "Only"));
  for (const std::string& pod : c.PodNames()) CHECK(c.LabelOf(pod, "traffic") == "on");
}

TEST_CASE("a label that is set back once or twice is set again, without a word (P-040)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.DrainByLabel();
  const auto pods = c.PodNames();
  c.SetImage("v2");
  for (int i = 0; i < 3; ++i) {
    c.Sync();
    CHECK(c.OutOfTraffic() == 1);
    CHECK(c.InPlaceCondition() == "True Draining");
    if (i == 2) break;
    for (const std::string& pod : pods) c.SetLabel(pod, "traffic", "on");
    ++c.now;
  }
  c.Rounds(20, 100);
  c.SettleInPlace();
  CHECK(c.PodsOf("v2") == 4);
  CHECK(c.PodNames() == pods);
}

TEST_CASE("an undo does not wait for a label that is set back each time (P-040)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.DrainByLabel();
  c.Annotate("windlass.dev/in-place", "Only");
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.SetImage("v2");
  c.Rounds(20, 100);
  c.SettleInPlace();
  REQUIRE(c.PodsOf("v2") == 2);
  c.on_update = [](const Json& /*before*/, Json& pod) {
    pod["metadata"]["labels"]["traffic"] = "on";
  };
  c.SetImage("v1");
  c.Sync();
  CHECK(c.InPlaceCondition() == "True AnnotationNotKept");
  c.Rounds(60, 100);
  CHECK(c.PodsOf("v1") == 4);
  for (const std::string& pod : c.PodNames()) CHECK(c.LabelOf(pod, "traffic") == "on");
}

TEST_CASE("with such a webhook a partition that is reached keeps its Pods (P-013, P-058)") {
  Forgetful c(1);
  const auto webhook = std::exchange(c.on_update, nullptr);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.Roll("v2");
  c.SettleInPlace();
  REQUIRE(c.PodsOf("v2") == 2);
  c.on_update = webhook;
  TakeStates(c);
  c.Rounds(20);
  CHECK(c.PodsOf("v1") == 2);
  CHECK(c.PodsOf("v2") == 2);
}

TEST_CASE("with IfPossible, Pods are then replaced (P-028, P-013)") {
  Forgetful c(1);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.SetImage("v2");
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.PodsOf("v2") == 1);
  CHECK(c.InPlaceCondition() == "True AnnotationNotKept");  // until it is restarted
  c.Rounds(14);
  CHECK(c.PodsOf("v2") == 4);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

// Whom this serves: who removed what looked like litter, between two rollouts.
TEST_CASE("a state that was taken at rest makes no Pod restart in the next rollout (P-028)") {
  Started c(4);
  c.RollOutInPlace("v2");
  c.CheckAllRun("v2", 4);
  for (const std::string& pod : c.PodNames()) c.PodNamed(pod)["metadata"].erase("annotations");
  c.SetImage("v3");
  c.Sync();
  CHECK(c.in_flight() == 1);
  CHECK(c.deployment()["status"]["availableReplicas"] == 3);
  c.SettlesAt("v3", 4);
}

TEST_CASE("nor does one in the undo of the next rollout (P-028)") {
  Started c(10);
  c.RollOutInPlace("v2");
  c.CheckAllRun("v2", 10);
  TakeStates(c);
  c.SetImage("v3");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  c.SetImage("v2");
  c.Sync();
  CHECK(c.deployment()["status"]["availableReplicas"] == 9);
  c.SettlesAt("v2", 10);
}

// Whom this serves: who undoes, and then asks for a third template at once.
TEST_CASE("a Pod on its way back whose state was taken is waited for in another rollout (P-028)") {
  Started c(6);
  c.Patch(3);
  c.SettleInPlace();
  c.SetImage("v1");
  c.Sync();
  REQUIRE(c.in_flight() == 1);
  TakeStates(c);
  c.SetImage("v4");
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.in_flight() == 1);
  c.SettlesAt("v4", 6);
}

TEST_CASE("a workload that was made again takes back what the one before patched (P-027)") {
  Started c(3);
  c.Patch(1);
  GiveStatesToFormer(c);
  c.RollOutInPlace("v1");
  c.CheckAllRun("v1", 3);
}

TEST_CASE("a template with the state of a Pod stalls no rollout (P-027)") {
  Started c(2);
  c.Patch(2);
  c.SettleInPlace();
  const std::string state = StateOfAny(c);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Edit([&](Json& d) { d["spec"]["template"]["metadata"]["annotations"][kState] = state; });
  c.SettlesAt("v2", 2);
  const auto pods = c.PodNames();
  REQUIRE(StateOfAny(c) == state);
  c.RollOutInPlace("v3");
  c.CheckAllRun("v3", 2);
  CHECK(c.PodNames() == pods);
}

}  // namespace
}  // namespace windlass::in_place::foreign_state_test
