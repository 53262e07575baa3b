// What a kubelet does when the image of a running container changes (P-086).
#include "test/sim/kubelet.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"

namespace windlass::sim::kubelet_test {
namespace {

const StoreKey kPod{resources::kPods, "default", "web"};

Json PodOf(const std::string& image) {
  Json pod = SamplePod("web", "web");
  pod["spec"]["containers"][0]["image"] = image;
  return pod;
}

// A world with one running Pod, and every state of the Pod since it was up.
struct OnePod {
  explicit OnePod(const Json& pod, WorldOptions options = {}) : world(1, std::move(options)) {
    world.Apply(pod);
    REQUIRE(world.Quiesce());
    uid = UidOf(Now());
    world.api().store().OnChange([this](const Change& change) {
      if (change.key == kPod && change.after != nullptr) seen.push_back(change.after);
    });
  }

  const Json& Now() { return *world.api().Find(kPod); }
  const PodTruth& Truth() { return *world.kubelet().Truth(uid); }
  void SetImage(const std::string& image, const char* list = "containers", int index = 0) {
    const std::string path = std::string("/spec/") + list + "/" + std::to_string(index) + "/image";
    Json patch = Json::array();
    patch.push_back({{"op", "replace"}, {"path", path}, {"value", image}});
    REQUIRE(world.api().Patch("user", kPod, "", "application/json-patch+json", patch).ok());
  }
  Json Container(const char* list = "containerStatuses", size_t index = 0) {
    return At(Now(), {"status", list})[index];
  }
  bool Comes(const std::function<bool()>& condition) {
    return world.RunUntil(condition, seconds(60));
  }
  bool AcknowledgesGeneration(int64_t generation) {
    return Comes([&] { return IntAt(Now(), {"status", "observedGeneration"}) == generation; });
  }
  bool WasEverUnready() const {
    for (const Object& pod : seen) {
      if (!IsReadyPod(*pod)) return true;
    }
    return false;
  }

  World world;
  std::string uid;
  std::vector<Object> seen;
};

TEST_CASE("A restart is acknowledged before it begins, and shown when it is over") {
  OnePod pod(PodOf("web:1-slow-stop-5s"));
  const Json before = pod.Now();
  const Json old = pod.Container();
  REQUIRE(IsReadyPod(before));
  CHECK(old["restartCount"] == 0);
  CHECK(TextAt(old, {"containerID"}).starts_with("containerd://"));
  pod.SetImage("web:2-slow-pull-3s");

  // Fact 3: the kubelet acknowledges the generation, and status shows nothing else.
  REQUIRE(pod.AcknowledgesGeneration(2));
  CHECK(pod.Container() == old);
  // Fact 2: the container is down, and status still says Ready.
  REQUIRE(pod.Comes([&] { return !pod.Truth().serving(); }));
  CHECK(pod.Truth().containers[0].running);
  REQUIRE(pod.Comes([&] { return !pod.Truth().containers[0].running; }));
  CHECK(pod.Container() == old);
  CHECK(IsReadyPod(pod.Now()));

  REQUIRE(pod.world.Quiesce());
  const Json restarted = pod.Container();
  CHECK(restarted["image"] == "web:2-slow-pull-3s");
  CHECK(restarted["imageID"] != old["imageID"]);
  CHECK(restarted["containerID"] != old["containerID"]);
  CHECK(restarted["restartCount"] == 1);
  CHECK(restarted["ready"] == true);
  CHECK(restarted["started"] == true);
  CHECK(TextAt(restarted, {"lastState", "terminated", "containerID"}) ==
        old["containerID"].get<std::string>());
  CHECK_FALSE(pod.WasEverUnready());
  CHECK(ConditionOf(pod.Now(), "Ready") == ConditionOf(before, "Ready"));
  CHECK(TextAt(pod.Now(), {"status", "podIP"}) == TextAt(before, {"status", "podIP"}));
  CHECK(pod.Truth().serving());
  CHECK(pod.Truth().containers[0].changes == 1);
}

TEST_CASE("A kill takes no longer than the grace period") {
  OnePod pod([] {
    Json slow = PodOf("web:1-slow-stop-10m");
    slow["spec"]["terminationGracePeriodSeconds"] = 3;
    return slow;
  }());
  pod.SetImage("web:2");
  CHECK(pod.world.RunUntil([&] { return pod.Container()["restartCount"] == 1; }, seconds(4)));
}

TEST_CASE("A probe shows that a container is down") {
  Json probed = PodOf("web:1-slow-stop-5s");
  probed["spec"]["containers"][0]["readinessProbe"]["httpGet"]["port"] = 80;
  OnePod pod(probed);
  const std::string old = TextAt(pod.Container(), {"containerID"});
  pod.SetImage("web:2");
  REQUIRE(pod.Comes([&] { return !IsReadyPod(pod.Now()); }));
  CHECK(pod.Container()["containerID"] == old);
  CHECK(pod.Container()["ready"] == false);
  REQUIRE(pod.world.Quiesce());
  CHECK(IsReadyPod(pod.Now()));
  CHECK(pod.Container()["containerID"] != old);
}

TEST_CASE("An image that cannot be pulled has cost the old container already") {
  OnePod pod(PodOf("web:1"));
  const Json old = pod.Container();
  pod.SetImage("missing:2");
  const auto reason = [&] { return TextAt(pod.Container(), {"state", "waiting", "reason"}); };
  REQUIRE(pod.Comes([&] { return reason() == "ErrImagePull"; }));
  REQUIRE(pod.Comes([&] { return reason() == "ImagePullBackOff"; }));
  for (const char* field : {"containerID", "imageID", "restartCount"}) {
    CHECK(pod.Container()[field] == old[field]);
  }
  CHECK(pod.Container()["ready"] == false);
  CHECK_FALSE(IsReadyPod(pod.Now()));
  CHECK(TextAt(pod.Now(), {"status", "phase"}) == "Running");
  CHECK_FALSE(pod.Truth().serving());
  REQUIRE(pod.world.Quiesce());

  pod.SetImage("web:1");
  CHECK(pod.world.RunUntil([&] { return IsReadyPod(pod.Now()); }, seconds(1)));
  CHECK(pod.Container()["restartCount"] == 1);
  CHECK(pod.Container()["imageID"] == old["imageID"]);
}

TEST_CASE("A change of the image ends the back-off of a crashing container") {
  OnePod pod(PodOf("web:1-crash-1s"));
  const auto reason = [&] { return TextAt(pod.Container(), {"state", "waiting", "reason"}); };
  REQUIRE(pod.world.RunUntil([&] { return reason() == "CrashLoopBackOff"; }, seconds(600)));
  const int64_t restarts = IntAt(pod.Container(), {"restartCount"});
  CHECK(restarts >= 1);
  pod.SetImage("web:2");
  CHECK(pod.world.RunUntil([&] { return IsReadyPod(pod.Now()); }, seconds(1)));
  CHECK(IntAt(pod.Container(), {"restartCount"}) == restarts + 1);
}

TEST_CASE("Another name of the same image restarts it all the same") {
  OnePod pod(PodOf("web:1-digest-abc"));
  const Json old = pod.Container();
  pod.SetImage("web:2-digest-abc");
  REQUIRE(pod.world.Quiesce());
  CHECK(pod.Container()["imageID"] == old["imageID"]);
  CHECK(pod.Container()["containerID"] != old["containerID"]);
  CHECK(pod.Container()["restartCount"] == 1);
}

TEST_CASE("A worker does one thing after another, and takes the newest spec") {
  OnePod pod(PodOf("web:1-slow-stop-5s"));
  pod.SetImage("web:2");
  REQUIRE(pod.Comes([&] { return !pod.Truth().serving(); }));
  pod.SetImage("web:3");
  pod.SetImage("web:4");
  bool third = false;
  pod.world.kubelet().OnTruth(
      [&](const PodTruth& truth) { third = third || truth.containers[0].image == "web:3"; });
  REQUIRE(pod.world.Quiesce());
  CHECK_FALSE(third);
  CHECK(pod.Truth().containers[0].image == "web:4");
  CHECK(pod.Truth().containers[0].changes == 2);  // web:2 was already on its way
  CHECK(IntAt(pod.Now(), {"status", "observedGeneration"}) == 4);
}

Json PodWithHelpers() {
  Json pod = PodOf("web:1");
  pod["spec"]["containers"].push_back({{"name", "log"}, {"image", "log:1"}});
  pod["spec"]["initContainers"] = Json::array();
  pod["spec"]["initContainers"].push_back({{"name", "setup"}, {"image", "setup:1"}});
  pod["spec"]["initContainers"].push_back(
      {{"name", "proxy"}, {"image", "proxy:1"}, {"restartPolicy", "Always"}});
  return pod;
}

TEST_CASE("Only containers whose image changed are restarted, and no plain init container") {
  WorldOptions options;
  const bool old_kubelet = GENERATE(false, true);
  if (old_kubelet) options.kubelet.version = "v1.31.4";
  OnePod pod(PodWithHelpers(), options);
  const auto restarts = [&] {
    std::string text;
    for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
      for (size_t i = 0; i < 2; ++i) text += pod.Container(list, i)["restartCount"].dump();
    }
    return text;
  };
  REQUIRE(IsReadyPod(pod.Now()));
  CHECK(TextAt(pod.Container("initContainerStatuses", 0), {"state", "terminated", "reason"}) ==
        "Completed");
  CHECK(restarts() == "0000");
  pod.SetImage("log:2", "containers", 1);
  REQUIRE(pod.world.Quiesce());
  CHECK(restarts() == "0001");
  pod.SetImage("setup:2", "initContainers", 0);
  REQUIRE(pod.world.Quiesce());
  CHECK(restarts() == "0001");
  CHECK(IntAt(pod.Now(), {"status", "observedGeneration"}) == 3);
  pod.SetImage("proxy:2", "initContainers", 1);
  REQUIRE(pod.world.Quiesce());
  CHECK(restarts() == (old_kubelet ? "0001" : "0101"));
  CHECK(IsReadyPod(pod.Now()));
}

TEST_CASE("A Pod that is deleted in the middle of a restart goes") {
  OnePod pod(PodOf("web:1-slow-stop-5s"));
  pod.SetImage("web:2");
  REQUIRE(pod.Comes([&] { return !pod.Truth().serving(); }));
  pod.world.api().Delete("user", kPod);
  CHECK(pod.Comes([&] { return pod.world.api().Find(kPod) == nullptr; }));
  CHECK(pod.world.kubelet().Truth(pod.uid) == nullptr);
}

TEST_CASE("An old kubelet does not say which generation it has seen; clocks differ") {
  WorldOptions options;
  options.kubelet.observes_generation = false;
  options.kubelet.clock_skew = seconds(30);
  OnePod pod(PodOf("web:1"), options);
  pod.SetImage("web:2");
  REQUIRE(pod.world.Quiesce());
  CHECK(At(pod.Now(), {"status", "observedGeneration"}).is_null());
  const WallTime started = TimeValue(TextAt(pod.Container(), {"state", "running", "startedAt"}));
  CHECK(started > TimeValue(TextAt(pod.Now(), {"metadata", "creationTimestamp"})) + seconds(29));
}

TEST_CASE("Nodes say who runs them; of a lost one nothing is heard") {
  OnePod pod(PodOf("web:1"));
  const std::vector<Object> nodes = pod.world.api().List(resources::kNodes, "");
  REQUIRE(nodes.size() == 3);
  CHECK(TextAt(*nodes[0], {"status", "nodeInfo", "kubeletVersion"}) == "v1.36.0");
  CHECK(TextAt(ConditionOf(*nodes[0], "Ready"), {"status"}) == "True");
  const std::string node = TextAt(pod.Now(), {"spec", "nodeName"});
  pod.world.kubelet().SetNodeReady(node, false);
  CHECK_FALSE(IsReadyPod(pod.Now()));
  CHECK_FALSE(pod.Truth().serving());
  pod.SetImage("web:2");
  pod.world.RunFor(seconds(60));
  CHECK(pod.Container()["image"] == "web:1");
  pod.world.kubelet().SetNodeReady(node, true);
  REQUIRE(pod.world.Quiesce());
  CHECK(pod.Container()["image"] == "web:2");
  CHECK(IsReadyPod(pod.Now()));
  CHECK(pod.Truth().serving());
}

TEST_CASE("A kubelet that is cut off goes on, and says so when it is heard again") {
  OnePod pod(PodOf("web:1"));
  const std::string before = TextAt(ConditionOf(pod.Now(), "Ready"), {"lastTransitionTime"});
  const std::string node = TextAt(pod.Now(), {"spec", "nodeName"});
  const bool exits = GENERATE(true, false);
  pod.world.RunFor(seconds(60));
  pod.world.kubelet().CutOff(node, exits ? std::optional<Duration>(seconds(5)) : std::nullopt);
  CHECK_FALSE(IsReadyPod(pod.Now()));
  CHECK_FALSE(pod.Truth().serving());
  pod.SetImage("web:2");
  pod.world.RunFor(seconds(60));
  CHECK(pod.Container()["restartCount"] == 0);
  CHECK(pod.Truth().containers[0].starts == (exits ? 2 : 1));
  CHECK(pod.Truth().containers[0].image == "web:1");
  pod.world.kubelet().SetNodeReady(node, true);
  pod.world.RunFor(milliseconds(50));  // it has written its first status
  CHECK(At(pod.Now(), {"status", "observedGeneration"}) == 2);
  CHECK(pod.Container()["image"] == "web:1");
  CHECK(pod.Container()["restartCount"] == (exits ? 1 : 0));
  const std::string since = TextAt(ConditionOf(pod.Now(), "Ready"), {"lastTransitionTime"});
  CHECK((since == before) == !exits);
  REQUIRE(pod.world.Quiesce());
  CHECK(pod.Container()["image"] == "web:2");
  CHECK(IsReadyPod(pod.Now()));
}

}  // namespace
}  // namespace windlass::sim::kubelet_test
