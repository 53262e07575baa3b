// Updates in place at pauses that hold although all Pods have the new revision: a Rollout that is
// never to replace Pods grows, loses a Pod, goes back or goes on there.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"
#include "test/sim/rollout_object.h"
#include "test/sim/two_kinds.h"

namespace windlass::sim::in_place_steps_test {
namespace {

constexpr Duration kLimit = seconds(3600);
const std::string kName = "web";

// Revision 1 is complete, and all its Pods have app:v2, in place. The Rollout waits at step 2.
class AtPause {
 public:
  AtPause(int replicas, const char* steps) {
    Json rollout = AsRollout(InPlaceDeployment(replicas, "app:v1"));
    rollout["spec"]["strategy"]["steps"] = Json::parse(steps);
    world.Apply(rollout);
    REQUIRE(Completes());
    host = Host();
    pods = Uids();
    world.SetImage(kName, "app:v2", kRollouts);
    REQUIRE(world.Rest());
    CheckPauses(replicas, 0);
    REQUIRE(Uids() == pods);
  }

  // Checks that the Rollout waits at its pause with `updated` Pods of app:v2, `others` of app:v1.
  void CheckPauses(int64_t updated, int64_t others) const {
    const Object web = world.Owner(kName, kRollouts);
    CHECK(TextAt(*web, {"status", "phase"}) == "Paused");
    CHECK(IntAt(*web, {"status", "step", "index"}) == 2);
    CHECK(IntAt(*web, {"status", "updatedReplicas"}) == updated);
    CHECK(IntAt(*web, {"status", "stableRevision"}) == 1);
    CHECK(TextAt(ConditionOf(*web, "Ready"), {"status"}) == "False");
    CHECK(TextAt(ConditionOf(*web, "windlass.dev/InPlace"), {"reason"}) == "Partitioned");
    CHECK(PodsOf("app:v2") == updated);
    CHECK(PodsOf("app:v1") == others);
    CHECK(Host() == host);
  }
  // Checks that the Rollout is complete with `size` Pods of `image`, none of them replaced.
  void CheckEnds(const std::string& image, size_t size, const std::vector<std::string>& kept) {
    REQUIRE(Completes());
    CHECK(PodsOf(image) == static_cast<int64_t>(size));
    CHECK(Uids().size() == size);
    CHECK(std::ranges::includes(Uids(), kept));
    CHECK(Host() == host);
    in_place.JudgeAtRest(kName, kRollouts);
    CHECK(in_place.Complaints() == "");
    CHECK(world.Complaints() == "");
  }
  void Promote() { world.Annotate(kName, "windlass.dev/promote", "2@2", kRollouts); }
  void Scale(int size) {
    world.Scale(kName, size, kRollouts);
    REQUIRE(world.Rest());
  }
  bool Completes() {
    return world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit) &&
           world.Quiesce();
  }

  int64_t PodsOf(const std::string& image) const {
    return std::ranges::count_if(world.Pods(kName, kRollouts), [&](const Object& pod) {
      return ImageIn(At(*pod, {"spec"}), kName) == image;
    });
  }
  std::vector<std::string> Uids() const {
    std::vector<std::string> uids;
    for (const Object& pod : world.Pods(kName, kRollouts)) uids.push_back(UidOf(*pod));
    std::ranges::sort(uids);
    return uids;
  }
  // Returns the names of the ReplicaSets that have Pods.
  std::string Host() const {
    std::string names;
    for (const Object& rs : world.ReplicaSets(kName, kRollouts)) {
      if (ReplicasOf(*rs) > 0) names += (names.empty() ? "" : " ") + NameOf(*rs);
    }
    return names;
  }

  World world{17};
  InPlaceInvariants in_place{world};
  std::string host;
  std::vector<std::string> pods;

 private:
  WindlassProcess windlass_{world, {}, RolloutsAlone()};
};

constexpr const char* kOfTwo = R"([{"setUpdated": 2}, {"pause": {}}])";
constexpr const char* kBake = R"([{"setUpdated": "100%"}, {"pause": {}}])";

TEST_CASE("In place: Pods that come at a pause are updated later, not replaced (P-058, I-52)",
          "[in-place]") {
  const int replicas = GENERATE(1, 2);
  AtPause scene(replicas, replicas == 1 ? R"([{"setUpdated": 1}, {"pause": {}}])" : kOfTwo);
  scene.Scale(5);
  scene.CheckPauses(replicas, 5 - replicas);
  const std::vector<std::string> pods = scene.Uids();
  CHECK(std::ranges::includes(pods, scene.pods));
  scene.Promote();
  scene.CheckEnds("app:v2", 5, pods);
  Proves("P-058 I-52");
}

TEST_CASE("In place: a pause at 100 % keeps the way back (P-058)", "[in-place]") {
  AtPause scene(3, kBake);
  SECTION("promoted, the templates are exchanged") {
    scene.Promote();
    scene.CheckEnds("app:v2", 3, scene.pods);
  }
  SECTION("Pods that come are updated within the step") {
    scene.Scale(5);
    scene.CheckPauses(5, 0);
    const std::vector<std::string> pods = scene.Uids();
    scene.Promote();
    scene.CheckEnds("app:v2", 5, pods);
  }
  SECTION("to no Pods and back") {
    scene.Scale(0);
    scene.Scale(4);
    scene.CheckPauses(4, 0);
    scene.Promote();
    scene.CheckEnds("app:v2", 4, {});
  }
  SECTION("aborted, all Pods go back in place, whoever dropped the annotations (RO-136)") {
    const bool dropped = GENERATE(false, true);
    const StoreKey host{resources::kReplicaSets, "default", scene.host};
    if (dropped) {
      scene.world.api().Update("user", host, "", [](Json& rs) {
        rs["metadata"]["annotations"].erase("deployment.kubernetes.io/revision");
        rs["metadata"]["annotations"].erase("internal.windlass.dev/complete");
      });
      REQUIRE(scene.world.Rest());
    }
    scene.world.Edit(kName, {{"spec", {{"abort", true}}}}, kRollouts);
    REQUIRE(scene.world.Rest());
    CHECK(scene.PodsOf("app:v1") == 3);
    CHECK(scene.Uids() == scene.pods);
    CHECK(TextAt(*scene.world.Owner(kName, kRollouts), {"status", "phase"}) == "Aborted");
    scene.world.Edit(kName, {{"spec", {{"abort", false}}}}, kRollouts);
    scene.world.SetImage(kName, "app:v1", kRollouts);
    scene.CheckEnds("app:v1", 3, scene.pods);
  }
  SECTION("another template begins with the steps") {
    scene.world.SetImage(kName, "app:v3", kRollouts);
    REQUIRE(scene.world.Rest());
    CHECK(scene.PodsOf("app:v3") == 3);
    CHECK(TextAt(*scene.world.Owner(kName, kRollouts), {"status", "phase"}) == "Paused");
    scene.world.Annotate(kName, "windlass.dev/promote", "2@3", kRollouts);
    scene.CheckEnds("app:v3", 3, scene.pods);
  }
  SECTION("without the steps the rollout ends") {
    scene.world.Edit(kName, {{"spec", {{"strategy", {{"steps", nullptr}}}}}}, kRollouts);
    scene.CheckEnds("app:v2", 3, scene.pods);
  }
}

TEST_CASE("In place: a template that comes while there are no Pods updates them later (P-058)",
          "[in-place]") {
  AtPause scene(2, kOfTwo);
  scene.Scale(0);
  scene.world.SetImage(kName, "app:v3", kRollouts);
  REQUIRE(scene.world.Rest());
  scene.Scale(5);
  CHECK(scene.PodsOf("app:v3") == 2);
  CHECK(scene.PodsOf("app:v1") == 3);
  const std::vector<std::string> pods = scene.Uids();
  scene.world.Annotate(kName, "windlass.dev/promote", "2@3", kRollouts);
  scene.CheckEnds("app:v3", 5, pods);
  Proves("P-058 I-52");
}

TEST_CASE("In place: steps that come when all Pods are updated make no other ReplicaSet (I-52)",
          "[in-place]") {
  AtPause scene(2, kOfTwo);
  const auto set_steps = [&](const Json& steps) {
    scene.world.Edit(kName, {{"spec", {{"strategy", {{"steps", steps}}}}}}, kRollouts);
  };
  scene.Scale(0);
  set_steps(nullptr);
  scene.world.SetImage(kName, "app:v3-never-ready", kRollouts);
  scene.Scale(3);
  set_steps(Json::parse(kOfTwo));
  scene.Scale(1);
  scene.Scale(3);
  CHECK(scene.Host().find(' ') == std::string::npos);
  CHECK(scene.in_place.Complaints() == "");
  Proves("I-52");
}

TEST_CASE("In place: a Pod that dies at a pause comes back into its step (P-058)", "[in-place]") {
  AtPause scene(2, GENERATE(kOfTwo, kBake));
  const std::string name = NameOf(*scene.world.Pods(kName, kRollouts).front());
  REQUIRE(scene.world.api().Delete("user", {resources::kPods, "default", name}).ok());
  REQUIRE(scene.world.Rest());
  scene.CheckPauses(2, 0);
  const std::vector<std::string> pods = scene.Uids();
  CHECK(pods != scene.pods);
  scene.Promote();
  scene.CheckEnds("app:v2", 2, pods);
  Proves("P-058 I-52");
}

}  // namespace
}  // namespace windlass::sim::in_place_steps_test
