// Recreate and updates in place: a ReplicaSet makes no Pod beside one that has, or runs, another
// template (P-011). Whom these serve: who chose Recreate because two versions at once spoil their
// data.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/workload/sizes/waiting_event.h"
#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::mixed_pods_test {
namespace {

using Json = nlohmann::json;

const std::string kOneAtATime = " is gone: strategy Recreate runs one template at a time";

TEST_CASE("with Recreate, Pods that come while one is updated have its image (P-011)") {
  Alone c(GENERATE("Only", "IfPossible"));
  const std::string pod = c.PodNames()[0];
  c.on_create = [&](Json& born) { CHECK(born["spec"]["containers"][0]["image"] == "v2"); };
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.ImageOfPod(pod) == "v2");
  const bool paused = GENERATE(false, true);
  if (paused) c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  c.ScaleInPlace(3);
  if (paused) {
    CHECK(c.PodNames().size() == 1);
    CHECK(c.deployment()["status"]["observedGeneration"] <
          c.deployment()["metadata"]["generation"]);
    c.Edit([](Json& d) { d["spec"]["paused"] = false; });
    c.SettleInPlace();
  }
  CheckAllRun(c, "v2");
  CHECK(c.PodNames().size() == 3);
  CHECK(std::ranges::count(c.PodNames(), pod) == 1);
}

// Found by a fresh seed. The budget waited for Pods that waited for the patch.
TEST_CASE("with Recreate, a budget does not wait for Pods that come after the patch (P-011)") {
  const std::string policy = GENERATE("Only", "IfPossible");
  const bool restarted = GENERATE(false, true);
  CAPTURE(policy, restarted);
  Alone c(policy);
  c.SetImage("v2");
  c.Sync();
  if (restarted) c.RestartAll();  // the Pod serves, so taking it down needs room in its budgets
  c.CloseBudget();
  c.Edit([](Json& d) { d["spec"]["replicas"] = 3; });
  c.SetImage("v3");
  SettlesAt(c, "v3");
  CHECK(c.PodNames().size() == 3);
  Proves("P-011");
}

TEST_CASE("with Recreate, an image that needs new Pods comes alone, scaled at once (P-011)") {
  Alone c("IfPossible");
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.ImageOfPod(c.PodNames()[0]) == "v2");
  c.on_create = [&](Json& born) { CHECK(born["spec"]["containers"][0]["image"] == "v3"); };
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v3";
    d["spec"]["replicas"] = 3;
  });
  SettlesAt(c, "v3");
  CHECK(c.PodNames().size() == 3);
}

// Found by a fresh seed. The image that the user takes back never became ready.
TEST_CASE("with Recreate, a Pod on its way back counts, whatever the clocks say (P-011)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  const bool crashed = GENERATE(false, true);  // and started anew before the kubelet saw the undo
  CAPTURE(crashed);
  c.SetImage("v2");
  c.Sync();
  c.Restart(pod);
  Json& container = c.PodNamed(pod)["status"]["containerStatuses"][0];
  container["state"]["running"]["startedAt"] = FormatTime({c.now + 10'000});
  container["ready"] = false;
  c.Scale(3);
  c.Sync();
  c.SetImage("v1");
  c.Sync();
  REQUIRE(c.ImageOfPod(pod) == "v1");
  Json& told = c.PodNamed(pod)["status"];  // the kubelet saw the patch, and has not killed yet
  if (crashed) {
    told["containerStatuses"][0]["containerID"] = "containerd://" + std::string(64, 'c');
    told["containerStatuses"][0]["imageID"] = "";
  }
  told["observedGeneration"] = c.PodNamed(pod)["metadata"]["generation"];
  if (!crashed) c.now += GENERATE(0, 11'000);  // the kubelet hangs for hours
  for (int i = 0; i < 3; ++i) {
    c.Sync();
    c.RunPods();
  }
  CHECK(c.SizeOf("v1") == 1);
  c.RunPods();
  c.SettleInPlace();
  CHECK(c.PodNames().size() == 3);
}

// The node was cut off when its Pod was patched back. Eleven minutes later the container exited,
// and the kubelet, which had not seen the patch, started it again from the image that is taken
// back.
TEST_CASE("with Recreate, a Pod of a node that was cut off counts until it is restarted (P-011)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  c.Sync();
  c.Restart(pod);
  c.PodNamed(pod)["status"]["containerStatuses"][0]["ready"] = false;
  c.Scale(3);
  c.Sync();
  c.SetImage("v1");
  c.Sync();
  REQUIRE(c.ImageOfPod(pod) == "v1");
  Json& told = c.PodNamed(pod)["status"];
  Json& container = told["containerStatuses"][0];
  container["containerID"] = "containerd://" + std::string(64, 'c');
  container["imageID"] = "";
  container["state"]["running"]["startedAt"] = FormatTime({c.now + 660});
  c.now += 900;
  const bool heard = GENERATE(false, true);
  CAPTURE(heard);
  c.nodes[0].ready = c.nodes[0].heard = heard;
  c.nodes[0].ready_since = {c.now};
  if (heard) told["observedGeneration"] = c.PodNamed(pod)["metadata"]["generation"];
  for (int i = 0; i < 3; ++i) {
    c.Sync();
    c.RunPods();
  }
  CHECK(c.SizeOf("v1") == 1);
  c.nodes[0].ready = c.nodes[0].heard = true;
  c.Restart(pod);
  c.SettleInPlace();
  CHECK(c.PodNames().size() == 3);
}

TEST_CASE("with Recreate, a Pod that crashes after its update holds up no scale (P-011)") {
  Alone c("Only");
  c.RollOutInPlace("v2");
  CheckAllRun(c, "v2");
  c.Crash(c.PodNames()[0]);
  c.Scale(3);
  c.SyncAndRun();
  CHECK(c.PodNames().size() == 3);
}

TEST_CASE("with Recreate, a Pod that starts slowly months later holds up no scale (P-011)") {
  Alone c("Only");
  c.RollOutInPlace("v2");
  CheckAllRun(c, "v2");
  c.now += 10'000;
  Json& container = c.PodNamed(c.PodNames()[0])["status"]["containerStatuses"][0];
  container["containerID"] = "containerd://again";
  container["started"] = false;
  container["state"]["running"]["startedAt"] = FormatTime({c.now});
  c.Scale(3);
  c.SyncAndRun();
  CHECK(c.PodNames().size() == 3);
}

TEST_CASE("with Recreate, a Pod that lost all marks of its update is told by its image (P-011)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  c.SyncAndRun();
  c.PodNamed(pod)["metadata"].erase("annotations");
  c.PodNamed(pod)["metadata"]["labels"].erase("windlass.dev/revision");
  c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  c.Scale(3);
  for (int i = 0; i < 3; ++i) c.Sync();
  c.RunPods();
  CHECK(c.PodNames().size() == 1);
}

TEST_CASE("with Recreate, a Pod whose update left nothing but its label is known by it (P-011)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  c.Sync();
  c.RunPods();
  REQUIRE(c.LabelOf(pod, "windlass.dev/revision") == "2");
  c.PodNamed(pod)["metadata"]["annotations"]["windlass.dev/in-place-state"] = "{}";
  c.replica_sets().erase(c.NameOf("v2"));
  size_t pods = 3;
  SECTION("it runs another image than the ReplicaSet that would grow") { pods = 1; }
  SECTION("its ReplicaSet once had that revision") {
    c.ReplicaSet("v1")["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] =
        "2";
  }
  SECTION("a user has given it the image back") { c.SetImageOfPod(pod, "v1"); }
  c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  c.Scale(3);
  for (int i = 0; i < 3; ++i) c.Sync();
  c.RunPods();
  CHECK(c.PodNames().size() == pods);
}

// No rollout will change the Pod.
TEST_CASE(
    "with Recreate, who scales beside a Pod of another image at rest is told (P-011, D-275)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  c.Sync();
  c.RunPods();
  c.SetImage("v1");
  c.PodNamed(pod)["metadata"]["annotations"]["windlass.dev/in-place-state"] = "{}";
  c.replica_sets().erase(c.NameOf("v2"));
  c.SettleInPlace();
  REQUIRE(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  c.Scale(3);
  c.Sync();
  c.now += workload::kHeldToldAfter.count();
  const Step end = c.Sync();
  CHECK(c.SizeOf("v1") == 1);
  REQUIRE(std::holds_alternative<Wait>(end));
  REQUIRE(std::get<Wait>(end).events.size() == 1);
  CHECK(std::get<Wait>(end).events[0].message.ends_with(
      "templates at once. If that does not change, delete Pod " + pod));
  c.DeletePod(pod);
  c.SettleInPlace();
  CHECK(c.PodNames().size() == 3);
  Proves("D-275");
}

TEST_CASE("with Recreate, who waits long for an update in place is told for which Pod (P-011)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  c.Sync();
  c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  c.Scale(3);
  c.Sync();
  c.now += workload::kHeldToldAfter.count();
  const Step end = c.Sync();
  REQUIRE(std::holds_alternative<Wait>(end));
  REQUIRE(std::get<Wait>(end).events.size() == 1);
  CHECK(std::get<Wait>(end).events[0].message ==
        "Replica set " + c.NameOf("v1") + " stays at 1: Pod " + pod +
            " may still run another template, and strategy Recreate never runs two templates at "
            "once");
}

TEST_CASE("with Recreate, none comes while one goes back either (P-011)") {
  Alone c("Only");
  c.SetImage("v2");
  c.SyncAndRun();
  c.SetImage("v1");
  c.Scale(3);
  for (int i = 0; i < 3; ++i) c.Sync();
  REQUIRE(c.ImageOfPod(c.PodNames()[0]) == "v1");
  c.RunPods();
  CHECK(c.PodNames().size() == 1);  // the container of v2 still runs
  SettlesAt(c, "v1");
  CHECK(c.PodNames().size() == 3);
}

// Its container runs no more, so it does not matter how long the next one takes.
TEST_CASE("with Recreate, others come beside one whose old container has ended (P-011)") {
  Alone c("Only");
  c.SetImage("v2");
  c.Sync();
  c.SetImage("v1");
  for (int i = 0; i < 3; ++i) c.Sync();
  c.RunPods();
  Json& pod = c.PodNamed(c.PodNames()[0]);
  Json& container = pod["status"]["containerStatuses"][0];
  container["state"] = {{"waiting", {{"reason", "ContainerCreating"}}}};
  pod["status"]["observedGeneration"] = pod["metadata"]["generation"];
  c.Scale(3);
  c.SyncAndRun();
  CHECK(c.PodNames().size() == 3);
}

// The ReplicaSet controller deletes the others, and their containers take their grace period.
TEST_CASE("with Recreate, no Pod is updated beside others that terminate (P-011)") {
  Alone c("Only");
  c.ScaleInPlace(3);
  const std::vector<std::string> pods = c.PodNames();
  REQUIRE(pods.size() == 3);
  c.Edit([](Json& d) {
    d["spec"]["replicas"] = 1;
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
  });
  for (int i = 0; i < 4; ++i) c.Sync();
  for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v1");
  for (size_t i = 1; i < 3; ++i) {
    c.PodNamed(pods[i])["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:30Z";
  }
  for (int i = 0; i < 4; ++i) c.Sync();
  for (const std::string& pod : pods) CHECK(c.ImageOfPod(pod) == "v1");
  c.RunPods();
  SettlesAt(c, "v2");
}

// Example: a user scales up the ReplicaSet of the image that the only Pod is being updated to.
TEST_CASE("with Recreate, a Pod goes back once those of the other image are gone (P-011)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.ImageOfPod(pod) == "v2");
  c.EditReplicaSet(c.NameOf("v2"), [](Json& rs) { rs["spec"]["replicas"] = 2; });
  SECTION("the cache does not show them yet") {}
  SECTION("they run") { c.RunPods(); }
  bool terminating = false;
  SECTION("they terminate") { terminating = true; }
  if (terminating) {
    c.RunPods();
    for (const std::string& other : c.PodNames()) {
      if (other != pod) c.PodNamed(other)["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:30Z";
    }
  }
  c.SetImage("v1");
  for (int i = 0; i < 4; ++i) c.Sync();
  if (terminating) {  // an older ReplicaSet controller does not count these
    Json& v2 = c.ReplicaSet("v2");
    v2["status"] = {{"replicas", 0}, {"observedGeneration", v2["metadata"]["generation"]}};
    c.Sync();
  }
  CHECK(c.ReplicaSet("v2")["spec"]["replicas"] == 0);
  CHECK(c.ImageOfPod(pod) == "v2");
  CHECK(c.InPlaceMessage().starts_with("0 of 1 Pods are back"));
  CHECK(c.InPlaceMessage().ends_with(kOneAtATime));
  c.RunPods();
  SettlesAt(c, "v1");
}

TEST_CASE("with Recreate, a failed Pod goes back once those of other images are gone (P-011)") {
  Alone c("Only");
  c.RollOutInPlace("v2");
  const std::string pod = c.PodNames()[0];
  c.FailForLong("v3", "Hold");
  c.ReplicaSet("v1")["spec"]["replicas"] = 1;
  c.RunPods();
  REQUIRE(c.PodNames().size() == 2);
  c.Annotate("windlass.dev/in-place-on-failure", "Revert");
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.SizeOf("v1") == 0);
  CHECK(c.ImageOfPod(pod) == "v3");
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.InPlaceMessage().ends_with(kOneAtATime));
  c.RunPods();
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.ImageOfPod(pod) == "v2");
}

// The Pods for which it would wait have the image to which it goes back.
TEST_CASE("with Recreate, a failed Pod goes back beside those of that image (P-011, P-062)") {
  Started c(3);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.FailForLong("v2", "Revert");
  const std::vector<std::string> pods = c.PodNames();
  const auto patched =
      std::ranges::find_if(pods, [&](const std::string& pod) { return c.ImageOfPod(pod) == "v2"; });
  REQUIRE(patched != pods.end());
  c.Sync(1);  // gives the revision up
  c.Edit([](Json& d) { d["spec"]["strategy"] = {{"type", "Recreate"}}; });
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.ImageOfPod(*patched) == "v1");
  CHECK(c.InPlaceCondition() == "True GivenUp");
  CHECK(c.InPlaceMessage().find(kOneAtATime) == std::string::npos);
}

// The ReplicaSet controller counts no Pod that terminates.
TEST_CASE("with Recreate, a Pod of the same ReplicaSet that terminates is waited for (P-011)") {
  Alone c("Only");
  c.Scale(2);
  c.SyncAndRun();
  REQUIRE(c.PodNames().size() == 2);
  const std::string pod = c.PodNames()[0];
  const std::string other = c.PodNames()[1];
  c.Scale(1);
  c.Sync();
  c.PodNamed(other)["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:30Z";
  Json& v1 = c.ReplicaSet("v1");
  v1["status"]["replicas"] = 1;
  v1["status"]["observedGeneration"] = v1["metadata"]["generation"];
  c.SetImage("v2");
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.ImageOfPod(pod) == "v1");
  CHECK(c.InPlaceMessage() == "waiting until pod " + other + kOneAtATime);
}

// Example: scaled to 2, and a moment later to 1 with another image.
TEST_CASE("with Recreate, a second Pod that no watch has shown yet is waited for (P-011)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.Scale(2);
  c.Sync();
  c.Edit([](Json& d) {
    d["spec"]["replicas"] = 1;
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v2";
  });
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.ImageOfPod(pod) == "v1");
  CHECK(c.InPlaceCondition() == "True Staged");
  CHECK(c.InPlaceMessage() == "waiting until a Pod of replica set " + c.NameOf("v1") + kOneAtATime);
  SettlesAt(c, "v2");
}

TEST_CASE("with Recreate, a ReplicaSet of the same image holds up no way back (P-011)") {
  Alone c("IfPossible");
  const std::string former = c.NameOf("v1");
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["containers"][0]["env"] = {{{"name", "A"}, {"value", "1"}}};
  });
  c.SettleInPlace();
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.ImageOfPod(pod) == "v2");
  c.replica_sets().at(former)["spec"]["replicas"] = 1;
  c.SetImage("v1");
  for (int i = 0; i < 3; ++i) c.Sync();
  CHECK(c.ImageOfPod(pod) == "v1");
}

// Example: one edit sets strategy Recreate and takes the image back.
TEST_CASE("with Recreate, a Pod goes back although its stand-in alone is available (P-011)") {
  Started c(1, 0);
  c.Annotate("windlass.dev/in-place-max-unavailable", "0");
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  for (int i = 0; i < 6 && c.ImageOfPod(pod) != "v2"; ++i) {
    c.SyncAndRun();
    ++c.now;
  }
  REQUIRE(c.ImageOfPod(pod) == "v2");
  REQUIRE(c.PodNames().size() == 2);
  c.FailToPull(pod);
  c.Edit([](Json& d) {
    d["spec"]["strategy"] = {{"type", "Recreate"}};
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v1";
  });
  SettlesAt(c, "v1");
  CHECK(c.PodNames() == std::vector{pod});
}

TEST_CASE(
    "with Recreate, a Pod goes back once a terminating one of its ReplicaSet is gone (P-011)") {
  Started c(2, 2);
  const std::vector<std::string> pods = c.PodNames();
  c.Patch(2);
  for (const std::string& pod : pods) REQUIRE(c.ImageOfPod(pod) == "v2");
  c.PodNamed(pods[1])["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:30Z";
  c.Edit([](Json& d) {
    d["spec"]["strategy"] = {{"type", "Recreate"}};
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v1";
  });
  for (int i = 0; i < 4; ++i) c.Sync();
  CHECK(c.ImageOfPod(pods[0]) == "v2");
  CHECK(c.InPlaceMessage().ends_with("; waiting until pod " + pods[1] + kOneAtATime));
  c.DeletePod(pods[1]);
  SettlesAt(c, "v1");
}

TEST_CASE("with Recreate, none comes beside an updated one that terminates (P-011)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  c.SyncAndRun();
  c.Scale(0);
  c.Sync();
  c.PodNamed(pod)["metadata"]["deletionTimestamp"] = "2027-01-15T08:00:30Z";
  c.Scale(1);
  for (int i = 0; i < 4; ++i) c.Sync();
  const auto& all = c.replica_sets();
  for (const auto& [name, rs] : all) CHECK(rs["spec"]["replicas"] == 0);
}

// The Pod was patched to the template of its ReplicaSet as it was before the API server's upgrade.
TEST_CASE("with Recreate, new defaults of the API server hold up no scale (P-011)") {
  Alone c("Only");
  c.RollOutInPlace("v2");
  CheckAllRun(c, "v2");
  c.defaults = [](Json& object) {
    if (object["spec"].contains("template")) object["spec"]["template"]["spec"]["newField"] = "new";
  };
  c.SettleInPlace();
  c.ScaleInPlace(3);
  CHECK(c.PodNames().size() == 3);
}

// Windlass has just started.
TEST_CASE("with Recreate, none comes while Pods cannot be seen yet (P-011)") {
  Alone c("IfPossible");
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.ImageOfPod(c.PodNames()[0]) == "v2");
  c.on_create = [&](Json& born) { CHECK(born["spec"]["containers"][0]["image"] == "v3"); };
  c.in_place_known = false;
  c.look = [show = c.look](View& view) {
    show(view);
    view.in_place_missing.clear();  // it only takes time
  };
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["containers"][0]["image"] = "v3";
    d["spec"]["replicas"] = 3;
  });
  for (int i = 0; i < 20; ++i) {
    c.Sync(1);
    c.RunPods();
  }
  c.in_place_known = true;
  SettlesAt(c, "v3");
  CHECK(c.PodNames().size() == 3);
}

// Its Pod is the only one, so it is corrected in place, and the others come after that.
TEST_CASE("with Recreate and Only, a failed image is corrected after a scale, too (P-011, P-014)") {
  Alone c("Only");
  const std::string pod = c.PodNames()[0];
  c.SetImage("v2");
  c.Sync();
  c.FailToPull(pod);
  c.Scale(3);
  c.Sync();
  CHECK(c.Condition("Available").starts_with("False"));
  c.RollOutInPlace("v3");
  CHECK(c.InPlaceMessage().ends_with("pod " + pod + " is not available yet"));
  c.PodNamed(pod)["status"]["conditions"][2]["status"] = "True";
  SettlesAt(c, "v3");
  CHECK(c.PodNames().size() == 3);
  CHECK(std::ranges::count(c.PodNames(), pod) == 1);
}

TEST_CASE("with Recreate, what may never be seen holds up no scale (P-011, P-078)") {
  Alone c("IfPossible");
  c.SetImage("v2");
  c.SyncAndRun();
  c.in_place_known = false;
  c.Edit([](Json& d) { d["spec"]["paused"] = true; });
  c.Scale(3);
  c.SyncAndRun();
  CHECK(c.PodNames().size() == 3);
}

TEST_CASE("with Recreate, a Pod that cannot be let back holds up no scale (P-011)") {
  Alone c("IfPossible");
  c.DrainByLabel();
  c.RollOutInPlace("v2");
  c.SettleAgain(9, 100);
  CheckAllRun(c, "v2");
  const std::string pod = c.PodNames()[0];
  c.PodNamed(pod)["metadata"].erase("annotations");
  c.SetLabel(pod, "traffic", "off");
  c.on_update = [](const Json&, Json& p) { p["metadata"]["labels"]["traffic"] = "off"; };
  c.Scale(3);
  for (int i = 0; i < 4; ++i) c.Sync();
  c.RunPods();
  CHECK(c.PodNames().size() == 3);
}

}  // namespace
}  // namespace windlass::in_place::mixed_pods_test
