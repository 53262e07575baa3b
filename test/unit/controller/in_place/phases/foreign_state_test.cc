// Pods that carry what Windlass noted on another Pod (P-027): copied by hand, or created from a
// template that was exported from a Pod.
#include <algorithm>

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
  CHECK(c.InPlaceMessage().ends_with(", 1 in flight"));
  c.SettleInPlace();
  c.CheckAllRun("v2", pods);
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("a drained Pod whose image somebody changes takes traffic again (P-027)") {
  Started c(3);
  c.Edit(&TakeTraffic);
  c.SettleInPlace();
  c.Annotate("windlass.dev/in-place-drain", "Label:traffic=on/off");
  c.SetImage("v2");
  c.SettleInPlace();
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
  c.SettleInPlace();
  c.CheckAllRun("v3", 3);
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
  CAPTURE(state, other);
  Started c(4);
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.SetImage("v2");
  c.SettleInPlace();
  for (const std::string& pod : c.PodNames()) {
    Json& meta = c.PodNamed(pod)["metadata"];
    if (!meta.contains("annotations")) continue;
    if (state.empty()) {
      meta.erase("annotations");
    } else {
      meta["annotations"][kState] = state;
    }
  }
  c.SetImage(other);
  c.SettleInPlace();
  int left = 0;
  for (const std::string& pod : c.PodNames()) left += c.ImageOfPod(pod) == "v2" ? 1 : 0;
  CHECK(left == 0);
  if (other == "v1") c.CheckAllRun("v1", 4);
}

// Whom this serves: who counts on the Pods that serve, and whose webhook or script took the
// annotation while a Pod was being restarted. All others would go down, too.
TEST_CASE("a Pod whose state was taken counts as restarting until time tells (P-028, P-050)") {
  const std::string spoiled = GENERATE("", "{");
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
  for (int i = 0; i < 100; ++i) {
    c.now += 10;
    c.SettleInPlace();
  }
  c.CheckAllRun("v2", 4);
}

// An admission webhook takes the state from every Pod that is patched.
class Forgetful : public Started {
 public:
  explicit Forgetful(int32_t max_unavailable) : Started(4, max_unavailable) {
    on_update = [](const Json& /*before*/, Json& pod) { pod["metadata"].erase("annotations"); };
  }
  void Roll(const std::string& image) {
    SetImage(image);
    Rounds(4);
  }
  void Rounds(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      Sync();
      RestartAll();
      RunPods();
      now += 100;
    }
  }
  int PodsOf(const std::string& image) {
    int pods = 0;
    for (const std::string& pod : PodNames()) pods += ImageOfPod(pod) == image ? 1 : 0;
    return pods;
  }
};

TEST_CASE("with a webhook that takes each state, one Pod is patched, and is said why (P-028)") {
  Forgetful c(3);
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.Roll("v2");
  CHECK(c.PodsOf("v2") == 1);
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage().find("does not keep annotation windlass.dev/in-place-state") !=
        std::string::npos);
  SECTION("it goes on when the webhook is gone") {
    c.on_update = nullptr;
    c.Rounds(20);
    c.SettleInPlace();
    c.CheckAllRun("v2", 4);
  }
  SECTION("an undo ends") {
    c.Roll("v1");
    c.SettleInPlace();
    CHECK(c.PodsOf("v1") == 4);
    CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  }
}

TEST_CASE("with IfPossible, Pods are then replaced (P-028, P-013)") {
  Forgetful c(1);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Roll("v2");
  c.Rounds(10);
  CHECK(c.PodsOf("v2") == 4);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

// Whom this serves: who removed what looked like litter, between two rollouts.
TEST_CASE("a state that was taken at rest makes no Pod restart in the next rollout (P-028)") {
  Started c(4);
  c.SetImage("v2");
  c.SettleInPlace();
  c.CheckAllRun("v2", 4);
  for (const std::string& pod : c.PodNames()) c.PodNamed(pod)["metadata"].erase("annotations");
  c.SetImage("v3");
  c.Sync();
  CHECK(c.in_flight() == 1);
  CHECK(c.deployment()["status"]["availableReplicas"] == 3);
  c.SettleInPlace();
  c.CheckAllRun("v3", 4);
}

TEST_CASE("a workload that was made again takes back what the one before patched (P-027)") {
  Started c(3);
  c.Patch(1);
  const std::string uid = c.deployment()["metadata"]["uid"];
  for (const std::string& pod : c.PodNames()) {
    Json& annotations = c.PodNamed(pod)["metadata"]["annotations"];
    if (!annotations.contains(kState)) continue;
    std::string state = annotations[kState];
    state.replace(state.find(uid), uid.size(), "00000000-0000-4000-8000-0000000000ff");
    annotations[kState] = state;
  }
  c.SetImage("v1");
  c.SettleInPlace();
  c.CheckAllRun("v1", 3);
}

TEST_CASE("a template with the state of a Pod stalls no rollout (P-027)") {
  Started c(2);
  c.Patch(2);
  c.SettleInPlace();
  const std::string state = StateOfAny(c);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Edit([&](Json& d) { d["spec"]["template"]["metadata"]["annotations"][kState] = state; });
  c.SettleInPlace();
  c.CheckAllRun("v2", 2);
  const auto pods = c.PodNames();
  REQUIRE(StateOfAny(c) == state);
  c.SetImage("v3");
  c.SettleInPlace();
  c.CheckAllRun("v3", 2);
  CHECK(c.PodNames() == pods);
}

}  // namespace
}  // namespace windlass::in_place::foreign_state_test
