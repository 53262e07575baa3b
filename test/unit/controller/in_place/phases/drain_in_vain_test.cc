// Drained Pods that another client puts back into traffic, late in the drain or by their condition
// (P-040). foreign_state_test.cc has webhooks that set the label back at once.
#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>

#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::drain_in_vain_test {
namespace {

using Json = nlohmann::json;

// Four Pods of image v1 that are drained for 120 s, by a label or by a gate. The update to v2 has
// begun with `policy`, and the first Pod is out of traffic.
class Draining : public Started {
 public:
  Draining(bool by_label, const std::string& policy) : Started(4), by_label_(by_label) {
    Annotate("windlass.dev/in-place", "IfPossible");
    Edit(&TakeTraffic);
    Edit([](Json& d) {
      d["spec"]["template"]["spec"]["readinessGates"] = {
          {{"conditionType", "windlass.dev/in-place-ready"}}};
    });
    SettleInPlace();
    Annotate("windlass.dev/in-place", policy);
    Annotate("windlass.dev/in-place-drain", by_label ? "Label:traffic=on/off" : "Gate");
    Annotate("windlass.dev/in-place-drain-seconds", "120");
    events.clear();
    SetImage("v2");
    Sync();
    REQUIRE(Out() == 1);
  }
  int64_t Out() const {
    const auto pods = PodNames();
    return std::ranges::count_if(pods, [&](const std::string& pod) {
      return by_label_ ? LabelOf(pod, "traffic") == "off" : GateOf(pod) == "False";
    });
  }
  // Another client puts all Pods back into traffic, `wait` seconds from now.
  void PutBackAfter(int64_t wait) {
    now += wait;
    for (const std::string& pod : PodNames()) {
      if (by_label_) SetLabel(pod, "traffic", "on");
      for (Json& condition : PodNamed(pod)["status"]["conditions"]) condition["status"] = "True";
    }
    Sync();
  }
  std::string Mark() const {
    return by_label_ ? "label traffic" : "condition windlass.dev/in-place-ready";
  }

  // Returns how many Pods the status shows as ready and as available.
  std::string Counted() {
    const Json& status = deployment()["status"];
    return status.value("readyReplicas", Json(0)).dump() + " " +
           status.value("availableReplicas", Json(0)).dump();
  }
  // Returns when the Deployment last got on.
  std::string GotOnAt() {
    for (const Json& condition : deployment()["status"]["conditions"]) {
      if (condition["type"] == "Progressing") return condition["lastUpdateTime"];
    }
    return {};
  }

 private:
  bool by_label_;
};

// Whom this serves: whose tool restores labels once a minute or so, not at once. With a drain that
// is longer than that, a Pod would be drained again and again, and nobody would know why.
TEST_CASE("a drain that another client ends late each time is told, too (P-040)") {
  const bool by_label = GENERATE(true, false);
  const std::string policy = GENERATE("Only", "IfPossible");
  CAPTURE(by_label, policy);
  Draining c(by_label, policy);
  const auto pods = c.PodNames();
  for (int i = 0; i < 2; ++i) {
    c.PutBackAfter(70);
    CHECK(c.InPlaceCondition() == "True Draining");
    CHECK(c.Out() == 1);
    CHECK(c.Counted() == "3 3");
  }
  const std::string got_on_at = c.GotOnAt();
  c.PutBackAfter(70);
  CHECK(c.InPlaceCondition() == "True AnnotationNotKept");
  CHECK(c.Out() == 0);
  CHECK(c.Counted() == "4 4");      // all Pods serve,
  CHECK(c.GotOnAt() == got_on_at);  // which is no progress (P-066)
  const std::string told = c.InPlaceMessage();
  CHECK(told.starts_with("0 of 4 Pods are patched: pod "));
  CHECK(told.ends_with(" does not keep " + c.Mark() + (by_label ? "=off" : "=False") +
                       ", which takes the Pod out of traffic before its patch. Find the admission "
                       "policy or the client that sets " +
                       c.Mark() +
                       ". Exempt the Pods of this workload from it, or change "
                       "windlass.dev/in-place-drain"));
  if (policy == "Only") {
    c.SyncAfter(109);
    CHECK(c.InPlaceMessage() == told);
    CHECK(c.Out() == 0);
    c.SyncAfter(1);  // a minute after the last drain should have ended
    CHECK(c.Out() == 1);
    CHECK(c.Counted() == "3 3");
  } else {
    c.SyncAfter(31);
  }
  // A second Event says that Windlass goes on with new Pods for this reason.
  CHECK(std::ranges::count(c.events, told) == 1);
  CHECK(std::ranges::count(c.events, told + ". So new Pods replace the old ones") ==
        (policy == "Only" ? 0 : 1));
  c.Rounds(40, 100);
  c.SettleInPlace();
  CheckAllRun(c, "v2");
  CHECK((c.PodNames() == pods) == (policy == "Only"));
  CHECK(c.Out() == 0);
}

// Whom this serves: who reads readyReplicas, and asks for minReadySeconds. Ready changed just now.
TEST_CASE("a Pod that is put back is ready at once, and available in time (P-040)") {
  Draining c(/*by_label=*/false, "Only");
  for (int i = 0; i < 2; ++i) c.PutBackAfter(70);
  c.Edit([](Json& d) { d["spec"]["minReadySeconds"] = 60; });
  c.now += 70;
  for (const std::string& pod : c.PodNames()) {
    const bool was_out = c.GateOf(pod) == "False";
    for (Json& condition : c.PodNamed(pod)["status"]["conditions"]) {
      condition["status"] = "True";
      condition["lastTransitionTime"] = FormatTime({was_out ? c.now : c.now - 1000});
    }
  }
  c.Sync();
  REQUIRE(c.InPlaceCondition() == "True AnnotationNotKept");
  CHECK(c.Counted() == "4 3");
  const std::string got_on_at = c.GotOnAt();
  c.SyncAfter(59);
  CHECK(c.Counted() == "4 3");
  c.SyncAfter(1);
  CHECK(c.Counted() == "4 4");
  CHECK(c.GotOnAt() == got_on_at);
}

// Whom this serves: whose policy lets a drain begin, and undoes its end. The Pod got no traffic,
// and the condition only said that one Pod is being updated.
TEST_CASE("a Pod that a policy keeps out of traffic after its update is named (P-051)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.DrainByLabel();
  c.Annotate("windlass.dev/in-place-partition", "3");
  c.on_update = [](const Json& before, Json& pod) {
    const auto traffic = [](const Json& of) {
      return of["metadata"]["labels"].value("traffic", "");
    };
    if (traffic(before) == "off" && traffic(pod) == "on") pod = before;
  };
  c.SetImage("v2");
  c.Rounds(20, 100);
  REQUIRE(c.PodsOf("v2") == 1);
  REQUIRE(c.OutOfTraffic() == 1);
  const auto pods = c.PodNames();
  const auto out = std::ranges::find_if(
      pods, [&](const std::string& pod) { return c.LabelOf(pod, "traffic") == "off"; });
  const Step end = c.Sync();
  CHECK(c.InPlaceCondition() == "True Failing");
  CHECK(c.InPlaceMessage() ==
        "1 of 4 Pods are patched, 0 of them are done, 1 is being updated: pod " + *out +
            " stays out of traffic: the API server accepts the patch that returns the Pod to "
            "traffic, and does not keep it. Find the admission policy or webhook that undoes this "
            "patch, and exempt the Pods of this workload from it");
  // No event comes when the policy is gone.
  REQUIRE(std::holds_alternative<Wait>(end));
  REQUIRE(std::get<Wait>(end).look_again_in.has_value());
  CHECK(*std::get<Wait>(end).look_again_in <= seconds(60));
  c.on_update = nullptr;
  c.SyncAfter(60);
  CHECK(c.OutOfTraffic() == 0);
  CHECK(c.InPlaceCondition() == "True Partitioned");
}

// Whom this serves: who pauses the rollout or writes a wrong setting meanwhile. The Pod serves
// nobody, and the condition only named the pause or the setting.
TEST_CASE("a pause or a wrong setting does not hide such a Pod (P-051)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "Only");
  c.DrainByLabel();
  c.Annotate("windlass.dev/in-place-partition", "3");
  c.on_update = [](const Json& before, Json& pod) {
    const std::string traffic = before["metadata"]["labels"].value("traffic", "");
    if (traffic == "off" && pod["metadata"]["labels"].value("traffic", "") == "on") pod = before;
  };
  c.SetImage("v2");
  c.Rounds(20, 100);
  REQUIRE(c.OutOfTraffic() == 1);
  std::string reason;
  SECTION("paused") {
    c.Edit([](Json& d) { d["spec"]["paused"] = true; });
    reason = "True Paused";
  }
  SECTION("a wrong setting") {
    c.Annotate("windlass.dev/in-place-partition", "lots");
    reason = "False InvalidConfig";
  }
  c.Sync();
  CHECK(c.InPlaceCondition() == reason);
  CHECK(c.InPlaceMessage().find(". Warning: pod ") != std::string::npos);
  CHECK(c.InPlaceMessage().ends_with(
      " stays out of traffic: the API server accepts the patch that returns the Pod to traffic, "
      "and does not keep it. Find the admission policy or webhook that undoes this patch, and "
      "exempt the Pods of this workload from it"));
  c.on_update = nullptr;
  c.SyncAfter(60);
  CHECK(c.OutOfTraffic() == 0);
  CHECK(c.InPlaceCondition() == reason);
  CHECK(c.InPlaceMessage().find("Warning") == std::string::npos);
}

// Whom this serves: whose policy keeps the annotation and resets the label. Windlass took one Pod
// after the other out of traffic, until the Service had none, and counted all of them as available.
TEST_CASE("where a policy undoes only the label, the rollout stops at the first Pod (P-051)") {
  const std::string on_failure = GENERATE("Hold", "Revert");
  CAPTURE(on_failure);
  Started c(4);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.DrainByLabel();
  c.Annotate("windlass.dev/in-place-on-failure", on_failure);
  const auto pods = c.PodNames();
  c.on_update = [](const Json& before, Json& pod) {
    Json& labels = pod["metadata"]["labels"];
    if (before["metadata"]["labels"].value("traffic", "") == "off") labels["traffic"] = "off";
  };
  c.SetImage("v2");
  c.Rounds(20, 100);  // longer than the deadline
  REQUIRE(c.OutOfTraffic() == 1);
  CHECK(c.PodsOf("v2") == 1);
  CHECK(c.deployment()["status"]["availableReplicas"] == 3);
  CHECK(c.InPlaceCondition() == "True Failing");
  const auto out = std::ranges::find_if(
      pods, [&](const std::string& pod) { return c.LabelOf(pod, "traffic") == "off"; });
  CHECK(c.InPlaceMessage().starts_with(
      "1 of 4 Pods are patched, 0 of them are done, 1 is being updated: pod " + *out +
      " stays out of traffic: the API server accepts the patch"));
  c.on_update = nullptr;
  c.SyncAfter(60);
  CHECK(c.LabelOf(*out, "traffic") == "on");
  c.Rounds(40, 100);
  c.SettleInPlace();
  CheckAllRun(c, "v2");
  CHECK(c.PodNames() == pods);
}

TEST_CASE("with the next template, such a Pod is drained first, and no other (P-040)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "Only");
  c.DrainByLabel();
  c.on_update = [](const Json& before, Json& pod) {
    Json& labels = pod["metadata"]["labels"];
    if (before["metadata"]["labels"].value("traffic", "") == "off") labels["traffic"] = "off";
  };
  c.SetImage("v2");
  c.Rounds(20);
  REQUIRE(c.PodsOf("v2") == 1);
  c.SetImage("v3");
  c.Rounds(40);
  CHECK(c.OutOfTraffic() == 1);
  CHECK(c.PodsOf("v3") == 1);
  CHECK(c.PodsOf("v1") == 3);
}

// Whom this serves: who mends the image while more Pods are out of traffic than maxUnavailable
// allows. Their patch takes no traffic away.
TEST_CASE(
    "Pods that only a policy keeps out of traffic are patched above the limit (P-034 P-051)") {
  Started c(4, 2);
  c.Annotate("windlass.dev/in-place", "Only");
  c.Annotate("windlass.dev/in-place-canary-first", "false");
  c.DrainByLabel();
  c.on_update = [](const Json& before, Json& pod) {
    Json& labels = pod["metadata"]["labels"];
    if (before["metadata"]["labels"].value("traffic", "") == "off") labels["traffic"] = "off";
  };
  c.SetImage("v2");
  c.Rounds(20);
  REQUIRE(c.PodsOf("v2") == 2);
  REQUIRE(c.OutOfTraffic() == 2);
  c.Annotate("windlass.dev/in-place-max-unavailable", "1");
  c.SetImage("v3");
  c.Rounds(40);
  CHECK(c.PodsOf("v3") == 2);
  CHECK(c.PodsOf("v1") == 2);
  CHECK(c.OutOfTraffic() == 2);
}

}  // namespace
}  // namespace windlass::in_place::drain_in_vain_test
