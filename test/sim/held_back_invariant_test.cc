// I-44 can be broken, and writes that keep to partition and steps do not break it. The test plays
// the controller with writes in its name.
#include "test/sim/held_back_invariant.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kubeclient/api/canonical.h"
#include "kubeclient/api/fingerprint_text.h"
#include "test/catch.h"
#include "test/sim/in_place_words.h"
#include "test/sim/rollout_limits.h"
#include "test/sim/sample_objects.h"
#include "test/sim/world.h"
#include "test/support/changes.h"

namespace windlass::sim::held_back_invariant_test {
namespace {

const std::string kController = "windlass";
constexpr const ResourceId& kKind = resources::kRollouts;
constexpr Duration kLater = seconds(10);  // longer than the blind spot

StoreKey KeyOf(const ResourceId& resource, const std::string& name) {
  return {resource, "default", name};
}

// Rollout web was at app:1, of which ReplicaSet "old" has all Pods. It wants app:2 now.
struct Scene {
  Scene(int replicas, const char* strategy) {
    Json web = SampleRollout("web", replicas, "app:1");
    web["spec"]["strategy"] = Json::parse(strategy);
    rollout = world.Apply(web);
    Make("old", replicas, "1", "user");
    world.Quiesce();
    for (const Object& pod : world.Pods("web", kKind)) pods.push_back(NameOf(*pod));
    world.SetImage("web", "app:2", kKind);
    world.RunFor(kLater);
  }

  void Make(const std::string& name, int replicas, const std::string& revision,
            const std::string& actor = kController) {
    Json rs = SampleReplicaSet("web", replicas, "app:" + revision);
    rs["metadata"]["name"] = name;
    rs["metadata"]["ownerReferences"] = ControlledBy(*rollout);
    rs["metadata"]["annotations"] = {
        {"deployment.kubernetes.io/revision", revision},
        {kInPlaceMode, Json{{"rev", revision}, {"mode", "InPlace"}}.dump()}};
    rs["spec"]["selector"]["matchLabels"]["pod-template-hash"] = name;
    rs["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = name;
    REQUIRE(world.api().Create(actor, resources::kReplicaSets, "default", rs).ok());
  }
  void Scale(const std::string& name, int replicas, const std::string& actor = kController) {
    const auto edit = [&](Json& rs) { rs["spec"]["replicas"] = replicas; };
    REQUIRE(world.api().Update(actor, KeyOf(resources::kReplicaSets, name), "", edit).ok());
  }
  void Patch(size_t pod, const std::string& image) {
    const auto edit = [&](Json& object) { object["spec"]["containers"][0]["image"] = image; };
    REQUIRE(world.api().Update(kController, KeyOf(resources::kPods, pods[pod]), "", edit).ok());
  }
  void Edit(const char* spec) { world.Edit("web", {{"spec", Json::parse(spec)}}, kKind); }
  // Notes in the status that the wanted template has reached a step.
  void Reach(int step, int total) {
    const Json& pattern = At(*world.Owner("web", kKind), {"spec", "template"});
    const auto canonical = CanonicalTemplate(pattern.dump());
    REQUIRE(canonical.ok());
    const Json reached = {{"index", step},
                          {"total", total},
                          {"startedAt", TimeText(world.loop().clock().Wall())},
                          {"revision", 2},
                          {"template", TextOf(FingerprintOf(*canonical))}};
    const auto edit = [&](Json& web) { web["status"]["step"] = reached; };
    REQUIRE(world.api().Update("user", KeyOf(kKind, "web"), "status", edit).ok());
  }
  std::string Broken() const {
    std::string names;
    for (const Violation& violation : world.invariants().violations()) {
      if (violation.invariant >= "I-62") continue;  // promise_invariants_test.cc has these
      names += (names.empty() ? "" : " ") + violation.invariant;
    }
    return names;
  }

  World world{1};
  Object rollout;
  std::vector<std::string> pods;
};

TEST_CASE("Partition and steps say how many Pods stay old") {
  struct Row {
    int replicas;
    const char* strategy;
    int64_t kept;
  };
  const Row row = GENERATE(values<Row>({
      {10, R"({})", 0},
      {10, R"({"partition": 3})", 3},
      {10, R"({"partition": "25%"})", 3},
      {10, R"({"partition": 30})", 10},
      {10, R"({"steps": [{"pause": {}}, {"setUpdated": 5}]})", 10},
      {10, R"({"steps": [{"setUpdated": 4}]})", 6},
      {10, R"({"steps": [{"setUpdated": "1%"}]})", 9},
      {10, R"({"steps": [{"setUpdated": "99%"}]})", 1},
      {10, R"({"steps": [{"setUpdated": "100%"}]})", 0},
      {1, R"({"steps": [{"setUpdated": "99%"}]})", 1},
  }));
  CAPTURE(row.replicas, row.strategy);
  Json rollout = SampleRollout("web", row.replicas);
  rollout["spec"]["strategy"] = Json::parse(row.strategy);
  CHECK(KeptOld(rollout) == row.kept);
  rollout["spec"]["abort"] = true;
  CHECK(KeptOld(rollout) == 0);
}

// --- what may happen ---

using Deed = std::function<void(Scene&)>;

Deed Make(const char* name, int replicas, const char* revision) {
  return [=](Scene& scene) { scene.Make(name, replicas, revision); };
}
Deed Scale(const char* name, int replicas, const std::string& actor = kController) {
  return [=](Scene& scene) { scene.Scale(name, replicas, actor); };
}
Deed Reach(int step, int total) {
  return [=](Scene& scene) { scene.Reach(step, total); };
}
Deed Patch(size_t pod, const char* image) {
  return [=](Scene& scene) { scene.Patch(pod, image); };
}
Deed Want(const char* image) {
  return [=](Scene& scene) { scene.world.SetImage("web", image, kKind); };
}
void Later(Scene& scene) { scene.world.RunFor(kLater); }
void Abort(Scene& scene) { scene.Edit(R"({"abort": true})"); }
// The user wants six Pods, four of them old. Nobody has made any yet.
void Grow(Scene& scene) {
  scene.Edit(R"({"replicas": 6, "strategy": {"type": "InPlaceOnly", "partition": 4}})");
  Later(scene);
}
void LosePod(Scene& scene) {
  scene.world.api().Delete("user", KeyOf(resources::kPods, scene.pods[3]));
}

struct Course {
  const char* strategy;
  std::string broken;
  Deed happen;
};

constexpr const char* kOneMayBeNew = R"({"type": "RollingUpdate", "partition": 9})";
constexpr const char* kNothingHeldBack = R"({"type": "RollingUpdate",
    "rollingUpdate": {"maxSurge": "100%", "maxUnavailable": "100%"}})";
constexpr const char* kInSteps = R"({"type": "RollingUpdate", "steps": [
    {"setUpdated": 1}, {"pause": {}}, {"setUpdated": "30%"}]})";

// 10 replicas; maxSurge allows 13.
TEST_CASE("I-44: a ReplicaSet of the new revision grows as far as partition and steps allow") {
  const Course row = GENERATE(values<Course>({
      {kOneMayBeNew, "", Make("new", 1, "2")},
      {kOneMayBeNew, "I-44", Make("new", 2, "2")},
      {kOneMayBeNew, "I-44", All(Make("new", 1, "2"), Later, Scale("new", 2))},
      // Seven of the old Pods that are to be kept are not there.
      {kOneMayBeNew, "", All(Scale("old", 2, "user"), Make("new", 8, "2"))},
      {kOneMayBeNew, "", All(Abort, Make("new", 3, "2"))},
      {kInSteps, "", Make("new", 1, "2")},
      {kInSteps, "I-44", Make("new", 2, "2")},
      {kInSteps, "I-44", All(Reach(2, 3), Make("new", 2, "2"))},
      {kInSteps, "", All(Reach(3, 3), Make("new", 3, "2"))},
      {kInSteps, "", All(Reach(4, 3), Scale("old", 8), Make("new", 5, "2"))},
      // The step is of another template, so this one is at the first step.
      {kInSteps, "I-44", All(Reach(4, 3), Want("app:3"), Later, Make("new", 2, "3"))},
      // Nothing is held back: a scaling in proportion may use the surge for new Pods (D-357).
      {kNothingHeldBack, "", All(Scale("old", 2), Make("new", 8, "2"), Later, Scale("new", 11))},
      // The ReplicaSet of another template is not held back.
      {kOneMayBeNew, "", Make("other", 3, "3")},
  }));
  Scene scene(10, row.strategy);
  REQUIRE(scene.Broken() == "");
  row.happen(scene);
  CHECK(scene.Broken() == row.broken);
}

TEST_CASE("I-44: a write is not blamed for a partition that could not be known yet") {
  Scene scene(10, R"({"type": "RollingUpdate", "partition": 7})");
  scene.Edit(R"({"strategy": {"partition": 9}})");
  scene.Make("new", 3, "2");
  CHECK(scene.Broken() == "");
  scene.world.RunFor(kLater);
  scene.Scale("old", 8);
  scene.Scale("new", 4);
  CHECK(scene.Broken() == "I-44");
  CHECK(scene.world.invariants().judged_held_back() == 2);
}

// 4 replicas, of which one may be new.
TEST_CASE("I-44: Pods are updated in place as far as partition and steps allow") {
  const Course row = GENERATE(values<Course>({
      {R"({"type": "InPlaceOnly", "partition": 3})", "", kNothing},
      {R"({"type": "InPlaceOnly", "partition": 3})", "I-44", Patch(1, "app:2")},
      {R"({"type": "InPlaceOnly", "steps": [{"setUpdated": "25%"}]})", "I-44", Patch(1, "app:2")},
      {R"({"type": "InPlaceOnly", "steps": [{"setUpdated": "25%"}]})", "",
       All(Reach(2, 1), Patch(1, "app:2"))},
      // A user deletes an old Pod, and the controller cannot know it yet.
      {R"({"type": "InPlaceOnly", "partition": 2})", "", All(LosePod, Patch(1, "app:2"))},
      // Two more Pods will come with the old images, so two of six may be new.
      {R"({"type": "InPlaceOnly", "partition": 3})", "", All(Grow, Patch(1, "app:2"))},
      {R"({"type": "InPlaceOnly", "partition": 3})", "I-44",
       All(Grow, Patch(1, "app:2"), Patch(2, "app:2"))},
      // The user goes back to the template of the ReplicaSet.
      {R"({"type": "InPlaceOnly", "partition": 3})", "",
       All(Want("app:1"), Later, Patch(0, "app:1"))},
      {R"({"type": "InPlaceOnly", "partition": 4})", "I-44", kNothing},
      // A stand-in goes again.
      {R"({"type": "InPlaceOnly", "partition": 3})", "", Scale("p", 1)},
  }));
  CAPTURE(row.strategy);
  Scene scene(4, row.strategy);
  scene.Make("p", 0, "2");
  REQUIRE(scene.Broken() == "");
  scene.Patch(0, "app:2");
  row.happen(scene);
  CHECK(scene.Broken() == row.broken);
}

}  // namespace
}  // namespace windlass::sim::held_back_invariant_test
