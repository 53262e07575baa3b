// In-place updates that are requested, changed and given up in mid-rollout, and invalid settings.
#include <algorithm>
#include <string>
#include <utility>

#include "kubeclient/api/time.h"
#include "test/catch.h"
#include "test/unit/controller/in_place/phases/cluster.h"

namespace windlass::in_place::settings_test {
namespace {

using Json = nlohmann::json;

TEST_CASE("asked for in the middle of an ordinary rollout, that one ends as it began (P-010)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place", "Disabled");
  c.SettleInPlace();
  c.SetImage("v2");
  c.SyncAndRun();
  c.Annotate("windlass.dev/in-place", "Only");
  c.SettlesAt("v2", 4);
}

TEST_CASE("a correction amid replacing Pods goes the same way, with Only, too (P-010)") {
  Started c(4, 2);
  c.FailForLong("v2", "Recreate");
  c.Sync();
  c.RunReplicaSets({{"v2", 0}});
  c.Sync();
  REQUIRE(c.SizeOf("v2") > 0);
  REQUIRE(c.SizeOf("v1") > 0);
  c.RollOutInPlace("v3");
  c.CheckAllRun("v3", 4);
}

TEST_CASE("released midway, the update is finished and nothing of ours is left (P-076)") {
  Started c(3);
  const auto pods = c.PodNames();
  c.Patch(1);
  c.Annotate("windlass.dev/in-place", "Release");
  c.SettlesAt("v2", 3);
  CHECK(c.PodNames() == pods);
  CHECK(c.InPlaceCondition() == "False HandedBack");
  c.SetImage("v3");  // and the next rollout is an ordinary one
  c.SettlesAt("v3", 3);
  CHECK(c.PodNames() != pods);
}

TEST_CASE("released, a partition is over (P-076)") {
  Started c(4);
  c.Annotate("windlass.dev/in-place-partition", "2");
  c.RollOutInPlace("v2");
  REQUIRE(c.InPlaceCondition() == "True Partitioned");
  c.Annotate("windlass.dev/in-place", "Release");
  c.SettlesAt("v2", 4);
  CHECK(c.InPlaceCondition() == "False HandedBack");
}

// Three Pods at rest that are drained before they are patched.
class Released : public Started {
 public:
  Released() : Started(3) { DrainByLabel(); }
  void Release() { Annotate("windlass.dev/in-place", "Release"); }
  bool HandedBack() {
    const bool told = std::ranges::any_of(events, [](const std::string& event) {
      return event == "no Pod is in the middle of an update";
    });
    CHECK(told == (InPlaceCondition() == "False HandedBack"));
    return told;
  }
};

TEST_CASE("released, it is not handed back before the last note and drain are gone (P-076)") {
  Released c;
  c.SetImage("v2");
  c.Sync();
  c.Release();
  c.SetImage("v3");  // by an ordinary rollout
  c.Sync();
  CHECK_FALSE(c.HandedBack());
  CHECK(c.InPlaceCondition().starts_with("True "));
  c.SettleInPlace();
  CHECK(c.HandedBack());
  c.CheckAllRun("v3", 3);
}

TEST_CASE("nor while a Pod is out of traffic or in flight (P-076)") {
  Released c;
  c.RollOutInPlace("v2");
  const std::string pod = c.PodNames()[0];
  Json& metadata = c.PodNamed(pod)["metadata"];
  std::string& text =
      metadata["annotations"]["windlass.dev/in-place-state"].get_ref<std::string&>();
  Json state = Json::parse(text);
  // As a Pod on a lost node, which nobody waited for, comes back.
  state["c"]["a"]["id"] = c.PodNamed(pod)["status"]["containerStatuses"][0]["containerID"];
  const bool drained = GENERATE(true, false);
  if (drained) {
    state["drain"] = {{"since", "2027-01-15T08:00:00Z"}, {"mode", "Label:traffic=on/off"}};
    metadata["labels"]["traffic"] = "off";
  }
  text = state.dump();
  c.Release();
  c.Sync();
  CHECK_FALSE(c.HandedBack());
  CHECK(c.InPlaceCondition() == (drained ? "True Draining" : "True Patching"));
  CHECK(c.InPlaceMessage().find(pod) != std::string::npos);
  const int64_t before = static_cast<int64_t>(c.writes.size());
  c.Sync();
  CHECK(static_cast<int64_t>(c.writes.size()) == before);
  c.PodNamed(pod)["status"]["containerStatuses"][0]["image"] = "";  // now it is restarted
  ++c.now;
  c.Restart(pod);
  c.SettleInPlace();
  CHECK(c.HandedBack());
  CHECK(c.LabelOf(pod, "traffic") == "on");
}

TEST_CASE("nor while a policy keeps a Pod out of traffic, which is told (P-051, P-076)") {
  Released c;
  c.RollOutInPlace("v2");
  const std::string pod = c.PodNames()[0];
  Json& metadata = c.PodNamed(pod)["metadata"];
  std::string& text =
      metadata["annotations"]["windlass.dev/in-place-state"].get_ref<std::string&>();
  Json state = Json::parse(text);
  state["drain"] = {{"since", "2027-01-15T08:00:00Z"}, {"mode", "Label:traffic=on/off"}};
  text = state.dump();
  metadata["labels"]["traffic"] = "off";
  c.on_update = [](const Json& before, Json& after) { after = before; };
  c.Release();
  const bool rolls = GENERATE(false, true);  // an ordinary rollout begins
  if (rolls) c.SetImage("v3");
  c.Sync();
  CHECK_FALSE(c.HandedBack());
  CHECK(c.InPlaceMessage().find("pod " + pod + " stays out of traffic: ") != std::string::npos);
  c.on_update = nullptr;
  c.SyncAfter(60);
  c.SettleInPlace();
  CHECK(c.HandedBack());
  CHECK(c.OutOfTraffic() == 0);
}

// The container exited while the node was cut off, and the kubelet started it again before it saw
// the patch. The kubelet has just been heard again.
TEST_CASE("nor while a node that was cut off has yet to restart its Pod (P-076)") {
  Released c;
  c.RollOutInPlace("v2");
  const std::string pod = c.PodNames()[0];
  Json& container = c.PodNamed(pod)["status"]["containerStatuses"][0];
  container["containerID"] = "containerd://" + std::string(64, 'c');
  container["imageID"] = "";
  container["restartCount"] = container["restartCount"].get<int>() + 1;
  c.now += 100;
  container["state"]["running"]["startedAt"] = FormatTime({c.now - 60});
  for (Node& node : c.nodes) node.ready_since = {c.now};
  c.Release();
  c.Sync();
  CHECK_FALSE(c.HandedBack());
  CHECK(c.InPlaceCondition() == "True Patching");
  c.Restart(pod);
  c.now += 100;
  c.SettleInPlace();
  CHECK(c.HandedBack());
}

TEST_CASE("handed back, it stays so when a Pod crashes (P-076)") {
  Released c;
  c.RollOutInPlace("v2");
  c.Release();
  c.SettleInPlace();
  REQUIRE(c.HandedBack());
  const std::string pod = c.PodNames()[0];
  SECTION("once") { c.Crash(pod); }
  SECTION("again and again") { c.KeepCrashing(pod); }
  const auto told = std::ranges::count(c.events, "no Pod is in the middle of an update");
  c.Sync();
  CHECK(c.HandedBack());
  CHECK(std::ranges::count(c.events, "no Pod is in the middle of an update") == told);
}

TEST_CASE("nor before it can be seen (P-076)") {
  Released c;
  c.in_place_known = false;
  c.Release();
  c.Sync();
  CHECK_FALSE(c.HandedBack());
  CHECK(c.InPlaceCondition() == "True MissingRights");
  c.in_place_known = true;
  c.Sync();
  CHECK(c.HandedBack());
  c.in_place_known = false;  // the rights may go now
  c.writes.clear();
  c.Sync();
  CHECK(c.HandedBack());
  CHECK(c.writes.empty());
}

TEST_CASE("with IfPossible, a wrong value is told, and Pods are replaced (P-083)") {
  Started c(2);
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Annotate("windlass.dev/in-place-partition", "lots");
  c.RollOutInPlace("v2");
  CHECK(c.InPlaceCondition() == "False InvalidConfig");
  c.CheckAllRun("v2", 2);
}

// Whom this serves: who mistypes Only, and counts on it that no Pod is replaced.
TEST_CASE("a policy that does not exist is told, at rest and with the rollout (P-083)") {
  Started c(3);
  c.Annotate("windlass.dev/in-place", "Onlly");
  c.SettleInPlace();
  const std::string told =
      "deployment ns/web: annotation windlass.dev/in-place: \"Onlly\" is not known: write "
      "Disabled, IfPossible, Only or Release";
  CHECK(c.InPlaceCondition() == "False InvalidConfig");
  CHECK(c.InPlaceMessage() == told);
  CHECK(std::ranges::count(c.events, told) == 1);
  c.RollOutInPlace("v2");  // with new Pods, as without updates in place
  c.CheckAllRun("v2", 3);
  CHECK(c.InPlaceCondition() == "False InvalidConfig");
  CHECK(c.InPlaceMessage() == told);
  CHECK(std::ranges::count(c.events, told) == 1);
}

TEST_CASE("a removed setting that asks for something else stops updates in place (P-083)") {
  Started c(3);
  const auto pods = c.PodNames();
  const auto [key, value] = GENERATE(values<std::pair<std::string, std::string>>({
      {"windlass.dev/in-place-fields", "image"},
      {"windlass.dev/in-place-init-images", "PatchOnly"},
  }));
  c.Patch(1);  // an earlier version has begun
  c.Annotate("windlass.dev/in-place", "IfPossible");
  c.Annotate(key, value);
  c.SettlesAt("v2", 3);
  CHECK(c.PodNames() != pods);
  CHECK(c.InPlaceCondition() == "False InvalidConfig");
  CHECK(c.InPlaceMessage().find(key + ": \"" + value + "\" is not supported any more: remove") !=
        std::string::npos);
  CHECK(std::ranges::count(c.events, c.InPlaceMessage()) == 1);

  const auto present = c.PodNames();
  c.Edit([&](Json& d) { d["metadata"]["annotations"].erase(key); });
  c.RollOutInPlace("v3");
  c.CheckAllRun("v3", 3);
  CHECK(c.PodNames() == present);
  CHECK(c.InPlaceCondition() == "False Complete");
}

TEST_CASE("one that an earlier version has copied does not come back by an undo (P-074)") {
  Started c(2);
  const std::string key = "windlass.dev/in-place-fields";
  c.Annotate(key, "image");
  c.RollOutInPlace("v2");
  REQUIRE(c.InPlaceCondition() == "False InvalidConfig");
  for (const auto& [name, rs] : c.replica_sets()) {
    REQUIRE(rs["metadata"]["annotations"].contains(key));
  }
  c.Edit([&](Json& d) { d["metadata"]["annotations"].erase(key); });
  c.SettleInPlace();
  for (const auto& [name, rs] : c.replica_sets()) {
    CHECK_FALSE(rs["metadata"]["annotations"].contains(key));
  }
  const auto pods = c.PodNames();
  c.Undo("1");
  c.SettlesAt("v1", 2);
  CHECK(c.PodNames() == pods);
}

TEST_CASE("what a user takes away does not come back by an undo (P-074)") {
  Started c(2);
  c.RollOutInPlace("v2");
  c.Edit([](Json& d) {
    d["metadata"]["annotations"].erase("windlass.dev/in-place");
    d["metadata"]["annotations"].erase("windlass.dev/in-place-max-unavailable");
  });
  c.SettleInPlace();
  for (const auto& [name, rs] : c.replica_sets()) {
    CHECK_FALSE(rs["metadata"]["annotations"].contains("windlass.dev/in-place"));
  }
}

TEST_CASE("settings that ask for nothing by themselves stay on the ReplicaSets (P-074)") {
  Started c(2);
  c.Edit([](Json& d) { d["metadata"]["annotations"].erase("windlass.dev/in-place"); });
  c.SettleInPlace();
  const Json annotations = c.ReplicaSet("v1")["metadata"]["annotations"];
  CHECK_FALSE(annotations.contains("windlass.dev/in-place"));
  CHECK(annotations["windlass.dev/in-place-max-unavailable"] == "1");
  c.writes.clear();
  c.Sync();
  CHECK(c.writes.empty());
}

TEST_CASE("refused, drained Pods take traffic again and stand-ins go") {
  Started c(3);
  c.DrainByLabel();
  c.SetImage("v2");
  c.Sync();
  REQUIRE(c.OutOfTraffic() == 1);
  c.Edit([](Json& d) { d["spec"]["template"]["spec"]["hostNetwork"] = true; });
  c.SettleInPlace();
  CHECK(c.InPlaceCondition() == "False NotPossible");
  for (const std::string& pod : c.PodNames()) CHECK(c.LabelOf(pod, "traffic") == "on");
  CHECK(c.revision() == "3");
}

}  // namespace
}  // namespace windlass::in_place::settings_test
