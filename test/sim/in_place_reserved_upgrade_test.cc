// An upgrade from v0.1.0 in the middle of a batch with `in-place-pdb: Reserve`, a value that
// Windlass does not know any more. v0.1.0 leaves three things behind:
// - the annotation,
// - a member "reserved" in the states of Pods,
// - the names of Pods in the status of their PodDisruptionBudget.
#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "test/catch.h"
#include "test/sim/container_run.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"

namespace windlass::sim::in_place_reserved_upgrade_test {
namespace {

constexpr const char* kTraffic = "windlass.dev/traffic";
constexpr const char* kPolicy = "windlass.dev/in-place-pdb";
constexpr const char* kState = "windlass.dev/in-place-state";
const StoreKey kBudget{resources::kPodDisruptionBudgets, "default", "web"};
constexpr seconds kEntriesLast = DisruptionController::kDisruptedFor;
constexpr seconds kDrain{10};

// What v0.1.0 had done with its batch of two Pods.
enum class Stage : uint8_t {
  kReserved,  // it died between the reservation for the first Pod and that Pod's drain or patch
  kDrained,   // both Pods are reserved for and out of traffic
  kPatched,   // both Pods are reserved for and restart
};

class Upgrade {
 public:
  Upgrade(uint64_t seed, Stage stage, bool drains) : run(seed) {
    Annotations options = {{"max-unavailable", "2"}, {"canary-first", "false"}};
    if (drains) {
      options["drain"] = std::string("Label:") + kTraffic + "=on/off";
      options["drain-seconds"] = std::to_string(kDrain.count());
    }
    Json deployment = InPlaceDeployment(4, "app:v1-slow-stop-5s", options);
    deployment["spec"]["template"]["metadata"]["labels"][kTraffic] = "on";
    run.Start(deployment);
    Json budget = {{"apiVersion", "policy/v1"}, {"kind", "PodDisruptionBudget"}};
    budget["metadata"]["name"] = "web";
    budget["spec"]["maxUnavailable"] = 2;
    budget["spec"]["selector"]["matchLabels"]["app"] = "web";
    run.world.Apply(budget);
    run.world.Quiesce();
    run.world.SetImage("web", "app:v2");
    REQUIRE(run.Until([&] { return Has(stage); }));
    run.windlass.reset();
    LeaveAsOldVersion(stage);
    run.world.RunFor(seconds(1));
  }

  void StartNewVersion() { run.windlass = std::make_unique<WindlassProcess>(run.world); }

  // Runs until two minutes after the reservations, and `more`.
  void RunUntilEntriesEnd(Duration more) {
    run.world.RunFor(reserved_at_ + kEntriesLast - run.world.loop().clock().Wall() + more);
  }

  Json Entries() { return At(*run.world.api().Find(kBudget), {"status", "disruptedPods"}); }

  int64_t CountPods(const std::string& traffic) {
    const std::vector<Object> pods = run.world.Pods("web");
    return std::ranges::count_if(
        pods, [&](const Object& pod) { return LabelOf(*pod, kTraffic) == traffic; });
  }

  bool IsReservedInAState() {
    const std::vector<Object> pods = run.world.Pods("web");
    return std::ranges::any_of(pods, [](const Object& pod) {
      return AnnotationOf(*pod, kState).find("reserved") != std::string::npos;
    });
  }

  // Returns true if a ReplicaSet has the annotation: `kubectl rollout undo` would bring it back.
  bool IsPolicyOnAReplicaSet() {
    const std::vector<Object> replica_sets = run.world.ReplicaSets("web");
    return std::ranges::any_of(
        replica_sets, [](const Object& rs) { return AnnotationOf(*rs, kPolicy) == "Reserve"; });
  }

  int64_t Events(const std::string& reason) {
    const std::vector<Object> events = run.world.api().List(resources::kEvents, "default");
    return std::ranges::count_if(
        events, [&](const Object& event) { return TextAt(*event, {"reason"}) == reason; });
  }

  InPlaceRun run;

 private:
  bool Has(Stage stage) {
    switch (stage) {
      case Stage::kReserved: return run.world.ReplicaSets("web").size() == 2;
      case Stage::kDrained: return CountPods("off") == 2;
      case Stage::kPatched: return run.PodsOf("app:v2") == 2;
    }
    return false;
  }

  void Write(const StoreKey& key, std::string_view subresource,
             const std::function<void(Json&)>& change) {
    REQUIRE(run.world.api().Update("v0.1.0", key, subresource, change).ok());
  }

  void LeaveAsOldVersion(Stage stage) {
    // v0.1.0 wrote a time before that of the write, and recognized its own entries by it.
    reserved_at_ = run.world.loop().clock().Wall() + seconds(-1);
    const std::string time = TimeText(reserved_at_);
    std::vector<std::string> names;
    for (const Object& pod : run.world.Pods("web")) {
      std::string state = AnnotationOf(*pod, kState);
      if (stage == Stage::kReserved && names.empty()) names.push_back(NameOf(*pod));
      if (state.empty()) continue;
      names.push_back(NameOf(*pod));
      state.pop_back();
      state += R"(,"reserved":")" + time + R"("})";
      Write({resources::kPods, "default", NameOf(*pod)}, "",
            [&](Json& object) { object["metadata"]["annotations"][kState] = state; });
    }
    REQUIRE(names.size() == (stage == Stage::kReserved ? 1 : 2));
    Write(kBudget, "status", [&](Json& budget) {
      for (const std::string& name : names) {
        Json& status = budget["status"];
        status["disruptedPods"][name] = time;
        status["disruptionsAllowed"] = IntAt(status, {"disruptionsAllowed"}) - 1;
      }
    });
    run.SetOption("pdb", "Reserve");
    for (const Object& rs : run.world.ReplicaSets("web")) {
      Write({resources::kReplicaSets, "default", NameOf(*rs)}, "",
            [](Json& object) { object["metadata"]["annotations"][kPolicy] = "Reserve"; });
    }
  }

  WallTime reserved_at_{};
};

TEST_CASE("upgrade from v0.1.0 within a reserved batch, Reserve corrected: it goes on in place",
          "[in-place]") {
  const uint64_t seed = GENERATE(1U, 2U, 3U);
  const auto [stage, drains] = GENERATE(table<Stage, bool>({{Stage::kReserved, false},
                                                            {Stage::kReserved, true},
                                                            {Stage::kDrained, true},
                                                            {Stage::kPatched, false},
                                                            {Stage::kPatched, true}}));
  CAPTURE(seed, static_cast<int>(stage), drains);
  Upgrade upgrade(seed, stage, drains);
  InPlaceRun& run = upgrade.run;
  const std::vector<std::string> pods = run.Uids();
  run.SetOption("pdb", "Respect");
  upgrade.StartNewVersion();
  upgrade.RunUntilEntriesEnd(seconds(-2));
  CHECK_FALSE(upgrade.Entries().empty());
  CHECK(run.PodsOf("app:v2") >= 2);  // Pods with an entry need no room in the budget
  CHECK(upgrade.CountPods("off") == 0);

  // After two minutes no entry holds Windlass up. The other Pods are drained or patched now.
  upgrade.RunUntilEntriesEnd(seconds(2));
  CHECK(upgrade.Entries().empty());
  CHECK(run.Reason() != "WaitingForPDB");
  // The rollout is complete when two Pods have had time to drain, stop and start. If both are on
  // one node, Windlass takes one after the other.
  upgrade.RunUntilEntriesEnd(2 * (kDrain + seconds(10)));
  CHECK(run.world.IsComplete("web"));
  REQUIRE(run.Finish() == "");
  CHECK(run.PodsOf("app:v2") == 4);
  CHECK(upgrade.CountPods("on") == 4);
  CHECK(run.Uids() == pods);
  CHECK(run.EachRestarted(1));
  CHECK(upgrade.Events("InPlaceInvalidConfig") == 0);
  CHECK_FALSE(upgrade.IsPolicyOnAReplicaSet());

  // The next write of a Pod's state leaves the reservation out.
  run.world.SetImage("web", "app:v3");
  REQUIRE(run.Finish() == "");
  CHECK(run.Uids() == pods);
  CHECK_FALSE(upgrade.IsReservedInAState());
}

TEST_CASE("upgrade from v0.1.0 within a reserved batch, Reserve left: Pods take traffic again",
          "[in-place]") {
  const uint64_t seed = GENERATE(1U, 2U, 3U);
  const Stage stage = GENERATE(Stage::kReserved, Stage::kDrained, Stage::kPatched);
  const bool paused = GENERATE(false, true);
  CAPTURE(seed, static_cast<int>(stage), paused);
  Upgrade upgrade(seed, stage, /*drains=*/true);
  InPlaceRun& run = upgrade.run;
  const std::vector<std::string> old_pods = run.Uids();
  run.SetOption("", "IfPossible");
  if (paused) run.world.Pause("web", true);
  upgrade.StartNewVersion();
  upgrade.RunUntilEntriesEnd(seconds(2));
  CHECK(run.Reason() == "InvalidConfig");
  CHECK(upgrade.Events("InPlaceInvalidConfig") == 1);
  CHECK(TextAt(ConditionOf(*run.world.Deployment("web"), "windlass.dev/InPlace"), {"message"})
            .ends_with("annotation windlass.dev/in-place-pdb: Reserve does not exist any more: "
                       "write Respect or remove the annotation"));
  CHECK(upgrade.CountPods("on") == static_cast<int64_t>(run.world.Pods("web").size()));
  CHECK_FALSE(upgrade.IsReservedInAState());
  CHECK(upgrade.Entries().empty());
  if (paused) {
    CHECK(run.Uids() == old_pods);  // only the pause kept Windlass from replacing them
    run.world.Pause("web", false);
    run.world.RunFor(seconds(60));
  }
  CHECK(run.world.IsComplete("web"));
  CHECK(run.PodsOf("app:v2") == 4);
  CHECK(upgrade.CountPods("on") == 4);
  const std::vector<std::string> pods = run.Uids();
  for (const std::string& uid : pods) CHECK(std::ranges::count(old_pods, uid) == 0);
  CHECK(run.world.Complaints() == "");

  // Once the annotation is correct, the next rollout is in place.
  run.SetOption("pdb", "Respect");
  run.world.SetImage("web", "app:v3");
  CHECK(run.Until([&] { return run.world.IsComplete("web"); }));
  REQUIRE(run.world.Quiesce());
  CHECK(run.Uids() == pods);
  CHECK(run.Reason() == "Complete");
  CHECK_FALSE(upgrade.IsPolicyOnAReplicaSet());
  CHECK(run.world.Complaints() == "");
}

TEST_CASE("upgrade from v0.1.0 within a reserved batch, Reserve left with Only: no Pod is replaced",
          "[in-place]") {
  const uint64_t seed = GENERATE(1U, 2U, 3U);
  const Stage stage = GENERATE(Stage::kReserved, Stage::kDrained, Stage::kPatched);
  CAPTURE(seed, static_cast<int>(stage));
  Upgrade upgrade(seed, stage, /*drains=*/true);
  InPlaceRun& run = upgrade.run;
  const std::vector<std::string> pods = run.Uids();
  upgrade.StartNewVersion();
  upgrade.RunUntilEntriesEnd(seconds(2));
  CHECK(run.Reason() == "InvalidConfig");
  CHECK(run.Uids() == pods);
  CHECK(upgrade.CountPods("on") == 4);
  CHECK_FALSE(run.world.IsComplete("web"));

  run.SetOption("pdb", "Respect");
  REQUIRE(run.Finish() == "");
  CHECK(run.PodsOf("app:v2") == 4);
  CHECK(run.Uids() == pods);
  CHECK(run.world.Complaints() == "");
}

}  // namespace
}  // namespace windlass::sim::in_place_reserved_upgrade_test
