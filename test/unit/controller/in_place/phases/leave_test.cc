// In-place updates that are no longer asked for, or that go on by replacing Pods: drained Pods
// return to traffic, and the notes go when all have (P-076, P-078).
#include <functional>

#include "test/catch.h"
#include "test/proves.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::leave_test {
namespace {

using Json = nlohmann::json;

// Three Pods that are drained by a label, on their way to v2.
class Leaving : public InPlaceCluster {
 public:
  Leaving() : InPlaceCluster(3, 1) {
    Edit([](Json& d) {
      d["spec"]["template"]["metadata"]["labels"]["traffic"] = "on";
      d["metadata"]["annotations"]["windlass.dev/in-place-drain"] = "Label:traffic=on/off";
    });
    SettleInPlace();
    SetImage("v2");
    Sync();
    REQUIRE(OutOfTraffic() == 1);
    REQUIRE(PatchedPods() == 0);
  }
  void OptOut() {
    Edit([](Json& d) { d["metadata"]["annotations"].erase("windlass.dev/in-place"); });
  }
  void Pause(bool paused) {
    Edit([&](Json& d) { d["spec"]["paused"] = paused; });
  }
  // Of the first ReplicaSet's.
  int PatchedPods() {
    int count = 0;
    const std::string host = NameOf("v1");
    for (const std::string& pod : PodNames()) {
      count += pod.starts_with(host) && ImageOfPod(pod) == "v2" ? 1 : 0;
    }
    return count;
  }
  // Returns true if some ReplicaSet has notes of in-place updates.
  bool Remembered() {
    for (const auto& [name, rs] : replica_sets()) {
      const Json annotations = rs["metadata"]["annotations"];
      if (annotations.dump().find("internal.windlass.dev/") != std::string::npos) return true;
      if (annotations.value("windlass.dev/in-place", "Disabled") != "Disabled") return true;
    }
    return false;
  }
};

TEST_CASE("P-076 opted out, a drained Pod takes traffic again at once, and none is patched") {
  Leaving c;
  c.now += GENERATE(0, 60);  // its patch is due, or not
  const bool paused = GENERATE(false, true);
  if (paused) c.Pause(true);
  SECTION("taken away") { c.OptOut(); }
  SECTION("Disabled") { c.Annotate("windlass.dev/in-place", "Disabled"); }
  SECTION("a wrong value") {
    c.Annotate("windlass.dev/in-place", "IfPossible");  // with Only, the rollout would wait
    c.Annotate("windlass.dev/in-place-partition", "lots");
  }
  c.Sync();
  CHECK(c.OutOfTraffic() == 0);
  CHECK(c.PatchedPods() == 0);
  CHECK(c.Remembered());  // the rollout is not over
  c.Pause(false);
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  for (const std::string& pod : c.PodNames()) {
    CHECK(c.ImageOfPod(pod) == "v2");
    CHECK(c.LabelOf(pod, "traffic") == "on");
  }
  c.Edit([](Json& d) { d["metadata"]["annotations"].erase("windlass.dev/in-place-partition"); });
  c.OptOut();
  c.SettleInPlace();
  CHECK_FALSE(c.Remembered());
}

TEST_CASE("P-076 a Pod whose containers restart comes back when they have") {
  Leaving c;
  c.SyncAfter(10);
  REQUIRE(c.PatchedPods() == 1);
  c.OptOut();
  c.Pause(true);
  c.Sync();
  c.Sync();
  CHECK(c.OutOfTraffic() == 1);
  c.RestartAll();
  c.Sync();
  CHECK(c.OutOfTraffic() == 0);
}

// Whom this serves: who switches the drain off because it takes too long. The Pod stayed out of
// traffic for the seconds of a drain that nobody asked for any more.
TEST_CASE("P-040 with the drain switched off, a Pod in the middle of it is patched at once") {
  Leaving c;
  c.Annotate("windlass.dev/in-place-drain-seconds", "600");
  c.SyncAfter(60);
  REQUIRE(c.PatchedPods() == 0);
  SECTION("None") { c.Annotate("windlass.dev/in-place-drain", "None"); }
  SECTION("taken away") {
    c.Edit([](Json& d) { d["metadata"]["annotations"].erase("windlass.dev/in-place-drain"); });
  }
  c.Sync();
  CHECK(c.PatchedPods() == 1);
  CHECK(c.OutOfTraffic() == 1);  // until it is restarted
  c.SettleInPlace();
  CheckAllRun(c, "v2");
  CHECK(c.OutOfTraffic() == 0);
}

TEST_CASE("P-076 time alone may tell that they have: it is looked for") {
  Leaving c;
  c.SyncAfter(10);
  REQUIRE(c.PatchedPods() == 1);
  c.SetImage("v1");  // back before the kubelet saw it
  c.Sync();
  c.OptOut();
  c.RestartAll();
  for (int looks = 0; c.OutOfTraffic() > 0; ++looks) {
    const Step end = c.Sync();
    if (c.OutOfTraffic() == 0) break;
    REQUIRE(looks < 10);
    REQUIRE(std::holds_alternative<Wait>(end));
    REQUIRE(std::get<Wait>(end).look_again_in.has_value());
    c.now += std::chrono::duration_cast<seconds>(*std::get<Wait>(end).look_again_in).count();
  }
  CHECK(c.OutOfTraffic() == 0);
}

TEST_CASE("P-078 what cannot be seen holds up no rollout, and is remembered until it can") {
  Leaving c;
  c.in_place_known = false;
  c.OptOut();
  SECTION("Pods are replaced") {
    c.SettleInPlace();
    CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
    CHECK(c.SizeOf("v2") == 3);
  }
  SECTION("or stay, because it is paused") {
    c.Pause(true);
    c.SettleInPlace();
    CHECK(c.OutOfTraffic() == 1);
  }
  CHECK(c.Remembered());
  c.in_place_known = true;
  c.Sync();
  CHECK(c.OutOfTraffic() == 0);
  c.Pause(false);
  c.SettleInPlace();
  CHECK_FALSE(c.Remembered());
}

TEST_CASE("P-076 and without any note, by what the Deployment asked for") {
  Leaving c;
  c.in_place_known = false;
  c.Undo("1");
  c.replica_sets().erase(c.NameOf("v2"));
  c.OptOut();
  c.SettleInPlace();
  CHECK(c.OutOfTraffic() == 1);
  CHECK(c.Remembered());
  c.in_place_known = true;
  c.SettleInPlace();
  CHECK(c.OutOfTraffic() == 0);
  CHECK_FALSE(c.Remembered());
}

TEST_CASE("P-063 a rollout that turns to replacing Pods lets drained ones back, too") {
  Leaving c;
  c.EditReplicaSet(c.NameOf("v2"), [](Json& rs) { rs["spec"]["replicas"] = 1; });
  c.Sync();
  CHECK(c.OutOfTraffic() == 0);
  c.SettleInPlace();
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
}

TEST_CASE("P-076 a server that refuses is asked again, and what is noted stays until then") {
  Leaving c;
  const auto pods = c.server;
  c.server = [&](const Request& request) -> std::optional<Result<Reply>> {
    if (request.resource() != resources::kPods) return pods(request);
    return Error{ErrorKind::kForbidden, "no"};
  };
  c.OptOut();
  c.Pause(true);
  const Step end = c.Sync();
  CHECK(c.OutOfTraffic() == 1);
  REQUIRE(std::holds_alternative<Failed>(end));
  CHECK(std::get<Failed>(end).look_again_in == seconds(60));
  c.server = pods;
  c.Sync();
  CHECK(c.OutOfTraffic() == 0);
}

TEST_CASE("P-076 gates are open before what is noted goes") {
  InPlaceCluster c(2, 1);
  c.Edit([](Json& d) {
    d["spec"]["template"]["spec"]["readinessGates"] = {
        {{"conditionType", "windlass.dev/in-place-ready"}}};
    d["metadata"]["annotations"]["windlass.dev/in-place-drain"] = "Gate";
  });
  c.SettleInPlace();
  for (const std::string& pod : c.PodNames()) REQUIRE(c.GateOf(pod) == "True");
  c.SetImage("v2");
  c.Sync();
  int closed = 0;
  for (const std::string& pod : c.PodNames()) closed += c.GateOf(pod) == "False" ? 1 : 0;
  REQUIRE(closed == 1);
  c.Annotate("windlass.dev/in-place", "Disabled");
  SECTION("Pods that are there") {
    c.Edit([](Json& d) { d["spec"]["paused"] = true; });
    c.Sync();
  }
  SECTION("and those of the rollout that goes on") {
    c.SettleInPlace();
    CHECK(c.SizeOf("v2") == 2);
  }
  CHECK(c.PodNames().size() == 2);
  for (const std::string& pod : c.PodNames()) CHECK(c.GateOf(pod) == "True");
}

// To a rolling update the patched Pod has the template of its ReplicaSet: it would stay as it is.
TEST_CASE("P-068 opted out and undone midway, a patched Pod goes back, too") {
  const int32_t unavailable = GENERATE(0, 1);
  const bool recreates = GENERATE(false, true);
  Started c(3, unavailable);
  c.Edit([&](Json& d) {
    d["spec"]["strategy"]["rollingUpdate"] = {{"maxSurge", 1}, {"maxUnavailable", unavailable}};
  });
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.RollOutInPlace("v2");
  c.Edit([](Json& d) {
    d["spec"]["paused"] = true;
    d["metadata"]["annotations"].erase("windlass.dev/in-place");
  });
  c.Sync();
  c.SetImage("v1");
  if (recreates) c.ChangeStrategy("Recreate");
  c.Edit([](Json& d) { d["spec"]["paused"] = false; });
  c.SettlesAt("v1", 3);
  CHECK(c.Condition("Progressing") == "True NewReplicaSetAvailable");
  CHECK(c.InPlaceCondition().empty());
  Proves("P-068");
}

}  // namespace
}  // namespace windlass::in_place::leave_test
