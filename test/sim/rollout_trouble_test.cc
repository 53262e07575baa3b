// What may not go wrong with Rollouts when the API server or a user gets in the way: taking over
// Pods while no dry run is answered, steps whose Pods cannot run, and leaving a revision that waits
// at a pause.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/proves.h"
#include "test/sim/in_place_run.h"
#include "test/sim/in_place_words.h"
#include "test/sim/rollout_object.h"
#include "test/sim/rollout_undo.h"
#include "test/sim/sample_objects.h"
#include "test/sim/two_kinds.h"

namespace windlass::sim::rollout_trouble_test {
namespace {

constexpr uint64_t kSeed = 17;
constexpr Duration kLimit = seconds(3600);
const std::string kName = "web";

std::vector<std::string> UidsOf(const std::vector<Object>& objects) {
  std::vector<std::string> uids;
  for (const Object& object : objects) uids.push_back(UidOf(*object));
  std::ranges::sort(uids);
  return uids;
}

TEST_CASE("A Rollout that takes over Pods makes none while dry runs fail (RO-097)") {
  World world(kSeed);
  world.Apply(SampleDeployment(kName, 3, "app:v1"));
  {
    const WindlassProcess deployments(world);
    REQUIRE(world.RunUntil([&] { return world.IsComplete(kName); }, kLimit));
    REQUIRE(world.Quiesce());
  }
  const std::vector<std::string> pods = UidsOf(world.Pods(kName));
  REQUIRE(pods.size() == 3);
  world.Delete(kName, Propagation::kOrphan);
  REQUIRE(world.Quiesce());

  world.Apply(SampleRollout(kName, 3, "app:v1"));  // without the API server's defaults
  WindlassProcess rollouts(world, {}, RolloutsAlone());
  rollouts.network().SetRefused("dryRun", GENERATE(503, 500, 429));
  world.RunFor(seconds(60));
  CHECK(world.api().List(resources::kReplicaSets, "default").size() == 1);
  CHECK_FALSE(world.IsComplete(kName, kRollouts));

  rollouts.network().SetRefused("");
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  REQUIRE(world.Quiesce());
  CHECK(UidsOf(world.Pods(kName, kRollouts)) == pods);
  CHECK(world.api().List(resources::kReplicaSets, "default").size() == 1);
  CHECK(world.Complaints() == "");
  Proves("RO-012 RO-097");
}

// For the user: the application serves until somebody allows its next version, also if it sleeps
// meanwhile.
TEST_CASE("Recreate keeps its Pods while the next ReplicaSet is forbidden (RO-097 RO-122)") {
  World world(kSeed);
  Json rollout = SampleRollout(kName, 3, "app:v1");
  rollout["spec"]["strategy"] = {{"type", "Recreate"}};
  world.Apply(rollout);
  WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  REQUIRE(world.Quiesce());
  const std::vector<std::string> pods = UidsOf(world.Pods(kName, kRollouts));
  REQUIRE(pods.size() == 3);
  const auto text = [&](const char* field) {
    return TextAt(*world.Owner(kName, kRollouts), {"status", field});
  };

  windlass.network().SetRefused("/namespaces/default/replicasets?");
  world.SetImage(kName, "app:v2", kRollouts);
  world.RunFor(seconds(300));
  CHECK(UidsOf(world.Pods(kName, kRollouts)) == pods);
  CHECK(text("phase") == "Stalled");
  CHECK(text("message").find("Failed to create new replica set") != std::string::npos);

  world.Scale(kName, 0, kRollouts);
  REQUIRE(world.RunUntil([&] { return world.Pods(kName, kRollouts).empty(); }, kLimit));
  world.RunFor(seconds(60));
  world.Scale(kName, 2, kRollouts);
  REQUIRE(world.RunUntil([&] { return world.Pods(kName, kRollouts).size() == 2; }, kLimit));
  world.RunFor(seconds(1000));
  CHECK(world.Pods(kName, kRollouts).size() == 2);
  CHECK(world.api().List(resources::kReplicaSets, "default").size() == 1);

  windlass.network().SetRefused("");
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  CHECK(world.api().List(resources::kReplicaSets, "default").size() == 2);
  CHECK(text("phase") == "Healthy");
  CHECK(world.Complaints() == "");
  Proves("RO-097 RO-122");
}

TEST_CASE("A misspelt field is found before a Pod is touched (RO-091)") {
  World world(kSeed);
  world.Apply(SampleRollout(kName, 3, "app:v1"));
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  const std::vector<std::string> pods = UidsOf(world.Pods(kName, kRollouts));
  const auto phase = [&] { return TextAt(*world.Owner(kName, kRollouts), {"status", "phase"}); };

  const Json field = {{"template", {{"spec", {{"noSuchField", 1}}}}}};
  world.Edit(kName, {{"spec", field}}, kRollouts);
  REQUIRE(world.RunUntil([&] { return phase() == "Stalled"; }, kLimit));
  REQUIRE(world.Quiesce());
  const std::string message = TextAt(*world.Owner(kName, kRollouts), {"status", "message"});
  CHECK(message.find("unknown field \"spec.template.spec.noSuchField\"") != std::string::npos);
  CHECK(world.api().List(resources::kReplicaSets, "default").size() == 1);
  CHECK(UidsOf(world.Pods(kName, kRollouts)) == pods);

  const Json corrected = {{"template", {{"spec", {{"noSuchField", nullptr}}}}}};
  world.Edit(kName, {{"spec", corrected}}, kRollouts);
  REQUIRE(world.RunUntil([&] { return phase() == "Healthy"; }, kLimit));
  CHECK(UidsOf(world.Pods(kName, kRollouts)) == pods);
  CHECK(world.Complaints() == "");
  Proves("RO-091");
}

// Revision 1 is complete: four Pods of app:v1. Revision 2, app:v2, waits at its first pause.
class AtPause {
 public:
  AtPause() {
    Json rollout = SampleRollout(kName, 4, "app:v1");
    rollout["spec"]["strategy"]["steps"] =
        Json::parse(R"([{"setUpdated": 1}, {"pause": {}}, {"setUpdated": "75%"}, {"pause": {}}])");
    world.Apply(rollout);
    REQUIRE(Completes());
    world.SetImage(kName, "app:v2", kRollouts);
    REQUIRE(Reaches(2));
    REQUIRE(PodsOf("app:v2") == 1);
    REQUIRE(Step("revision") == 2);
  }

  bool Completes() {
    return world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit) &&
           world.Quiesce();
  }
  bool Reaches(int64_t step) {
    return world.RunUntil([&] { return Step("index") == step; }, kLimit) && world.Quiesce();
  }
  int64_t Step(const char* field) const {
    return IntAt(*world.Owner(kName, kRollouts), {"status", "step", field});
  }
  std::string Phase() const { return TextAt(*world.Owner(kName, kRollouts), {"status", "phase"}); }
  int64_t PodsOf(const std::string& image) const {
    return std::ranges::count_if(world.Pods(kName, kRollouts), [&](const Object& pod) {
      return TextAt(At(*pod, {"spec", "containers"})[0], {"image"}) == image;
    });
  }
  void Edit(const Json& spec) { world.Edit(kName, {{"spec", spec}}, kRollouts); }
  void Promote(const std::string& pause) {
    world.Annotate(kName, "windlass.dev/promote", pause, kRollouts);
  }

  World world{kSeed};

 private:
  WindlassProcess windlass_{world, {}, RolloutsAlone()};
};

// A template that was refused never ran, so no later undo may lead to it.
TEST_CASE("A template that InPlaceOnly refuses is no revision, also after an undo (P-014)",
          "[in-place]") {
  World world(kSeed);
  world.Apply(AsRollout(InPlaceDeployment(3, "app:v1")));
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  const std::vector<std::string> pods = UidsOf(world.Pods(kName, kRollouts));
  const auto phase = [&] { return TextAt(*world.Owner(kName, kRollouts), {"status", "phase"}); };
  const Json refused = {{"spec", {{"template", {{"spec", {{"hostNetwork", true}}}}}}}};
  world.Edit(kName, refused, kRollouts);
  REQUIRE(world.RunUntil([&] { return phase() == "Stalled"; }, kLimit));
  REQUIRE(world.Rest());

  world.Edit(kName, RollbackToPatch(GENERATE(0, 1)), kRollouts);
  REQUIRE(world.RunUntil([&] { return phase() == "RolledBack"; }, kLimit));
  REQUIRE(world.Rest());
  const std::string message = TextAt(*world.Owner(kName, kRollouts), {"status", "message"});
  CHECK(message.find("from revision") == std::string::npos);
  CHECK(world.ReplicaSets(kName, kRollouts).size() == 1);

  world.Edit(kName, RollbackToPatch(0), kRollouts);  // there is no revision before
  REQUIRE(world.Rest());
  CHECK(phase() == "Healthy");
  CHECK(At(*world.Owner(kName, kRollouts), {"spec", "template", "spec", "hostNetwork"}).is_null());
  CHECK(UidsOf(world.Pods(kName, kRollouts)) == pods);

  world.SetImage(kName, "app:v2", kRollouts);
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  CHECK(IntAt(*world.Owner(kName, kRollouts), {"status", "currentRevision"}) == 2);
  CHECK(UidsOf(world.Pods(kName, kRollouts)) == pods);
  CHECK(world.Complaints() == "");
  Proves("P-014 RO-026");
}

// --- an abort that has nothing to go back to ---

// Checks that the status of the Rollout, which is aborted, is about the Pods of `image`: all four
// stay at revision 2.
void CheckStaysAt(const World& world, const std::string& image, bool in_place) {
  const Object web = world.Owner(kName, kRollouts);
  CHECK(TextAt(*web, {"status", "phase"}) == "Stalled");
  CHECK(TextAt(ConditionOf(*web, "Stalled"), {"reason"}) == "NothingToAbortTo");
  CHECK(IntAt(*web, {"status", "currentRevision"}) == 2);
  CHECK(IntAt(*web, {"status", "updatedReplicas"}) == 4);
  CHECK(TextAt(*web, {"status", "images"}) == image);
  const std::string current = TextAt(*web, {"status", "currentReplicaSet"});
  for (const Object& rs : world.ReplicaSets(kName, kRollouts)) {
    CHECK(ReplicasOf(*rs) == (NameOf(*rs) == current ? 4 : 0));
  }
  const std::vector<Object> pods = world.Pods(kName, kRollouts);
  CHECK(pods.size() == 4);
  for (const Object& pod : pods) {
    CHECK(TextAt(At(*pod, {"spec", "containers"})[0], {"image"}) == image);
  }
  const Json condition = ConditionOf(*web, "windlass.dev/InPlace");
  CHECK(condition.is_null() == !in_place);
  if (!in_place) return;
  CHECK(TextAt(condition, {"reason"}) == "Complete");
  CHECK(TextAt(condition, {"message"}) ==
        "no Pod is updated: the rollout is aborted, but has no revision to go back to");
}

TEST_CASE("With nothing to abort to, the status is about the revision that Pods stay at (RO-153)") {
  const bool in_place = GENERATE(false, true);
  CAPTURE(in_place);
  World world(kSeed);
  Json rollout =
      in_place ? AsRollout(InPlaceDeployment(4, "app:v1")) : SampleRollout(kName, 4, "app:v1");
  rollout["spec"]["strategy"]["steps"] = Json::parse(R"([{"setUpdated": 1}, {"pause": {}}])");
  world.Apply(rollout);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  const std::string stable = NameOf(*world.ReplicaSets(kName, kRollouts).front());
  world.SetImage(kName, "app:v2", kRollouts);
  REQUIRE(world.Rest());
  REQUIRE(world.ReplicaSets(kName, kRollouts).size() == 2);

  REQUIRE(world.api().Delete("user", {resources::kReplicaSets, "default", stable}).ok());
  REQUIRE(world.Rest());
  world.Edit(kName, {{"spec", {{"abort", true}}}}, kRollouts);
  REQUIRE(world.Rest());
  CheckStaysAt(world, "app:v2", in_place);
  world.SetImage(kName, "app:v3", kRollouts);  // which no Pod gets
  REQUIRE(world.Rest());
  CheckStaysAt(world, "app:v2", in_place);

  world.Edit(kName, {{"spec", {{"abort", false}, {"strategy", {{"steps", nullptr}}}}}}, kRollouts);
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  CHECK(TextAt(*world.Owner(kName, kRollouts), {"status", "images"}) == "app:v3");
  CHECK(world.Complaints() == "");
  Proves("RO-032 RO-153");
}

// Writes that the node of `pod` is not ready.
void LoseNodeOf(World& world, const Json& pod) {
  const std::string name = TextAt(pod, {"spec", "nodeName"});
  const StoreKey key{resources::kNodes, "", name};
  if (world.api().Find(key) == nullptr) {
    world.Apply({{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", name}}}});
  }
  const ApiAnswer answer = world.api().Update("kubelet", key, "status", [](Json& node) {
    node["status"]["conditions"] = Json::parse(R"([{"type": "Ready", "status": "Unknown"}])");
  });
  REQUIRE(answer.ok());
}

TEST_CASE("A step in place whose Pod is on a lost node is not over, and is late (RO-052)") {
  World world(kSeed);
  Json rollout = AsRollout(InPlaceDeployment(4, "app:v1"));
  rollout["spec"]["progressDeadlineSeconds"] = 60;
  rollout["spec"]["strategy"]["steps"] =
      Json::parse(R"([{"setUpdated": 1}, {"pause": {"duration": "10s"}}])");
  world.Apply(rollout);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));

  const std::string image = "app:v2-never-ready";
  world.SetImage(kName, image, kRollouts);
  const auto updated = [&] {
    std::vector<Object> pods = world.Pods(kName, kRollouts);
    std::erase_if(pods, [&](const Object& pod) {
      return TextAt(At(*pod, {"spec", "containers"})[0], {"image"}) != image;
    });
    return pods;
  };
  REQUIRE(world.RunUntil([&] { return !updated().empty(); }, kLimit));
  LoseNodeOf(world, *updated().front());
  world.RunFor(seconds(50));
  CHECK(TextAt(*world.Owner(kName, kRollouts), {"status", "phase"}) == "Progressing");
  world.RunFor(seconds(50));
  CHECK(updated().size() == 1);
  CHECK(IntAt(*world.Owner(kName, kRollouts), {"status", "step", "index"}) == 1);
  CHECK(TextAt(*world.Owner(kName, kRollouts), {"status", "phase"}) == "Stalled");
  Proves("RO-052");
}

TEST_CASE("A rollback to the stable revision waits at no pause (RO-056)") {
  AtPause scene;
  scene.Edit({{"rollbackTo", {{"revision", 1}}}});
  CHECK(scene.Completes());
  CHECK(scene.PodsOf("app:v1") == 4);
  CHECK(scene.Phase() == "RolledBack");
  CHECK(scene.world.Complaints() == "");
  Proves("RO-056");
}

TEST_CASE("A partition keeps no Pod of a bad revision on the way back (RO-086)") {
  AtPause scene;
  scene.Edit({{"strategy", {{"steps", nullptr}, {"partition", 3}}}});
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Phase() == "Paused");
  CHECK(scene.PodsOf("app:v2") == 1);
  std::string phase = "Healthy";
  SECTION("by a rollback") {
    scene.Edit({{"rollbackTo", {{"revision", 1}}}});
    phase = "RolledBack";
  }
  SECTION("by the template") { scene.world.SetImage(kName, "app:v1", kRollouts); }
  CHECK(scene.Completes());
  CHECK(scene.PodsOf("app:v1") == 4);
  CHECK(scene.Phase() == phase);
  CHECK(scene.world.Complaints() == "");

  scene.world.SetImage(kName, "app:v3", kRollouts);  // the next one is held back again
  REQUIRE(scene.world.RunUntil([&] { return scene.PodsOf("app:v3") == 1; }, kLimit));
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.PodsOf("app:v1") == 3);
  CHECK(scene.Phase() == "Paused");
  CHECK(scene.world.Complaints() == "");
  Proves("RO-086");
}

TEST_CASE("What was promoted before an abort is not promoted at the next try (RO-031, RO-095)") {
  AtPause scene;
  scene.Promote("2@2");
  REQUIRE(scene.Reaches(4));
  CHECK(scene.PodsOf("app:v2") == 3);

  scene.Edit({{"abort", true}});
  REQUIRE(scene.world.RunUntil([&] { return scene.PodsOf("app:v1") == 4; }, kLimit));
  REQUIRE(scene.world.Quiesce());
  CHECK(scene.Phase() == "Aborted");
  CHECK(IntAt(*scene.world.Owner(kName, kRollouts), {"status", "currentRevision"}) == 3);

  scene.Edit({{"abort", false}});
  REQUIRE(scene.Reaches(2));
  CHECK(scene.Step("revision") == 4);
  CHECK(scene.PodsOf("app:v2") == 1);
  CHECK(scene.Phase() == "Paused");
  scene.Promote("2@4");
  CHECK(scene.Reaches(4));
  CHECK(scene.world.Complaints() == "");
  Proves("RO-031 RO-054 RO-095");
}

// At 0 replicas no Pod has to change, so the template gets a ReplicaSet.
TEST_CASE("The way back from a refused template is not its own revision (P-014)") {
  World world(kSeed);
  Json rollout = AsRollout(InPlaceDeployment(2, "app:v1"));
  rollout["spec"]["strategy"]["type"] = "InPlaceOnly";
  rollout["spec"]["strategy"]["steps"] = Json::parse(R"([{"setUpdated": 1}, {"pause": {}}])");
  world.Apply(rollout);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  const auto way_back = [&] {
    const Object owner = world.Owner(kName, kRollouts);
    for (const Json& condition : At(*owner, {"status", "conditions"})) {
      if (TextAt(condition, {"type"}) == "windlass.dev/InPlace") {
        return TextAt(condition, {"message"});
      }
    }
    return std::string();
  };
  const auto scale = [&](int replicas) {
    world.Edit(kName, {{"spec", {{"replicas", replicas}}}}, kRollouts);
    REQUIRE(world.Rest());
  };
  world.Edit(kName, {{"spec", {{"template", {{"spec", {{"hostNetwork", true}}}}}}}}, kRollouts);
  REQUIRE(world.Rest());
  CHECK(way_back().ends_with("spec.rollbackTo: {revision: 1} restores the previous template"));
  scale(0);
  scale(2);
  CHECK(world.Pods(kName, kRollouts).size() == 2);
  CHECK(way_back().ends_with("spec.rollbackTo: {revision: 1} restores the previous template"));
  Proves("P-014");
}

TEST_CASE("A promotion ends with an abort that has nothing to go back to (RO-032, RO-095)") {
  const std::string promoted = GENERATE("2@2", "full@2");
  const bool resumes_later = GENERATE(false, true);
  CAPTURE(promoted, resumes_later);
  World world(kSeed);
  Json rollout = SampleRollout(kName, 4, "app:v1-never-ready");
  rollout["spec"]["strategy"]["steps"] =
      Json::parse(R"([{"setUpdated": 1}, {"pause": {}}, {"setUpdated": 2}, {"pause": {}}])");
  world.Apply(rollout);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.Rest());
  world.SetImage(kName, "app:v2", kRollouts);
  REQUIRE(world.Rest());
  const auto status = [&](const char* field) {
    return At(*world.Owner(kName, kRollouts), {"status", "step", field});
  };
  REQUIRE(status("index") == 2);
  world.Edit(kName, {{"spec", {{"abort", true}}}}, kRollouts);
  REQUIRE(world.Rest());
  world.Annotate(kName, "windlass.dev/promote", promoted, kRollouts);
  if (resumes_later) {
    world.Edit(kName, {{"spec", {{"abort", false}, {"paused", true}}}}, kRollouts);
    REQUIRE(world.Rest());
  }
  world.Edit(kName, {{"spec", {{"abort", false}, {"paused", false}}}}, kRollouts);
  REQUIRE(world.Rest());
  CHECK(status("index") == 2);
  CHECK(status("revision") == 3);
  CHECK(IntAt(*world.Owner(kName, kRollouts), {"status", "currentRevision"}) == 3);
  world.Annotate(kName, "windlass.dev/promote", "full@3", kRollouts);
  CHECK(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  CHECK(world.Complaints() == "");
  Proves("RO-032 RO-095");
}

// 3 of 13 Pods have v2 when its user makes the Deployment a Rollout, with the template as it was
// written: without the API server's defaults, by which its ReplicaSet is recognised.
TEST_CASE("A canary that a Rollout takes over is not stable (RO-136)") {
  World world(kSeed);
  world.Apply(SampleDeployment(kName, 10, "app:v1"));
  {
    const WindlassProcess deployments(world);
    REQUIRE(world.RunUntil([&] { return world.IsComplete(kName); }, kLimit));
    world.SetImage(kName, "app:v2");
    REQUIRE(world.RunUntil([&] { return world.ReplicaSets(kName).size() == 2; }, kLimit));
    world.Pause(kName, true);
    REQUIRE(world.Quiesce());
  }
  world.Delete(kName, Propagation::kOrphan);
  REQUIRE(world.Quiesce());

  Json web = SampleRollout(kName, 10, "app:v2");
  web["spec"]["strategy"]["steps"] = Json::parse(R"([{"setUpdated": 4}, {"pause": {}}])");
  const bool aborted = GENERATE(false, true);
  web["spec"]["paused"] = GENERATE(false, true);
  web["spec"]["abort"] = aborted;
  world.Apply(web);
  const WindlassProcess rollouts(world, {}, RolloutsAlone());
  REQUIRE(world.Quiesce());
  const auto pods_of = [&](const std::string& image) {
    const auto pods = world.Pods(kName, kRollouts);
    return std::ranges::count_if(
        pods, [&](const Object& pod) { return ImageIn(At(*pod, {"spec"}), kName) == image; });
  };
  const auto status = [&](const char* field) {
    return IntAt(*world.Owner(kName, kRollouts), {"status", field});
  };
  CHECK(status("stableRevision") == 1);
  if (aborted) CHECK(pods_of("app:v1") == 10);
  world.Edit(kName, {{"spec", {{"paused", false}, {"abort", false}}}}, kRollouts);
  REQUIRE(world.Quiesce());
  CHECK(status("updatedReplicas") == 4);
  CHECK(pods_of("app:v1") == 6);
  CHECK(TextAt(*world.Owner(kName, kRollouts), {"status", "phase"}) == "Paused");
  CHECK(world.Complaints() == "");
  Proves("RO-136");
}

// A Rollout is deleted and made anew from the same manifest, by `kubectl replace --force` or by
// GitOps: numbers begin anew, and the promotion of the last rollout is still there.
TEST_CASE("A promotion of an earlier Rollout ends no step (RO-133, I-11)") {
  World world(kSeed);
  Json web = SampleRollout(kName, 4, "app:v1");
  web["spec"]["strategy"]["steps"] = Json::parse(R"([{"setUpdated": 1}, {"pause": {}}])");
  const std::string old = GENERATE("full@2/force", "full@2", "2@2", "2@2/force", "2@9");
  web["metadata"]["annotations"]["windlass.dev/promote"] = old;
  world.Apply(web);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  world.SetImage(kName, "app:v2", kRollouts);
  REQUIRE(world.Rest());
  const Object rollout = world.Owner(kName, kRollouts);
  CHECK(TextAt(*rollout, {"status", "phase"}) == "Paused");
  CHECK(IntAt(*rollout, {"status", "updatedReplicas"}) == 1);
  CHECK(world.Complaints() == "");
  Proves("I-11 RO-133");
}

// The canary is past its first pause when its ReplicaSet is deleted and another template comes.
TEST_CASE("A number is not given again after its ReplicaSet was deleted (I-11, RO-133)") {
  AtPause scene;
  scene.Promote("2@2");
  REQUIRE(scene.Reaches(4));
  World& world = scene.world;
  const bool paused = GENERATE(true, false);
  if (paused) world.Pause(kName, true, kRollouts);
  const std::string canary = NameOf(*world.ReplicaSets(kName, kRollouts).back());
  REQUIRE(world.api().Delete("user", {resources::kReplicaSets, "default", canary}).ok());
  world.SetImage(kName, "app:v3", kRollouts);
  REQUIRE(world.Quiesce());
  if (paused) world.Pause(kName, false, kRollouts);
  REQUIRE(world.Quiesce());
  CHECK(scene.Step("index") == 2);
  CHECK(scene.Phase() == "Paused");
  CHECK(scene.PodsOf("app:v3") == 1);
  CHECK(world.Complaints() == "");
  Proves("I-11 RO-133");
}

// There is nothing to go back to any more, and all Pods have v2 since. That approves nothing.
TEST_CASE("A canary whose stable ReplicaSet was deleted is not approved by a new try (RO-056)") {
  AtPause scene;
  World& world = scene.world;
  const std::string stable = NameOf(*world.ReplicaSets(kName, kRollouts).front());
  REQUIRE(world.api().Delete("user", {resources::kReplicaSets, "default", stable}).ok());
  REQUIRE(world.Quiesce());
  scene.Edit({{"abort", true}});
  REQUIRE(world.Quiesce());
  scene.Edit({{"abort", false}});
  REQUIRE(world.Quiesce());
  CHECK(scene.PodsOf("app:v2") == 4);
  CHECK(scene.Phase() == "Paused");
  CHECK(scene.Step("index") == 2);
  CHECK(IntAt(*world.Owner(kName, kRollouts), {"status", "stableRevision"}) == 1);
  Proves("RO-056");
}

TEST_CASE("A canary whose template is corrected wrongly is scaled without a surge (RO-049)") {
  AtPause scene;
  scene.Edit({{"template", {{"spec", {{"noSuchField", 1}}}}}});
  REQUIRE(scene.world.RunUntil([&] { return scene.Phase() == "Stalled"; }, kLimit));
  for (const int replicas : {6, 4}) {
    scene.world.Scale(kName, replicas, kRollouts);
    REQUIRE(scene.world.Quiesce());
    CHECK(scene.PodsOf("app:v1") + scene.PodsOf("app:v2") == replicas);
    CHECK(scene.PodsOf("app:v2") >= 1);
  }
  CHECK(scene.world.Complaints() == "");
  Proves("RO-049");
}

// Promotions and rollbacks name revisions: a number must not come to mean another template.
TEST_CASE("No revision's number is given twice, whatever was deleted meanwhile (I-11, RO-125)") {
  World world(kSeed);
  Json web = SampleRollout(kName, 2, "app:v1");
  web["spec"]["strategy"]["steps"] = Json::parse(R"([{"pause": {}}])");
  web["spec"]["revisionHistoryLimit"] = 0;
  world.Apply(web);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  world.SetImage(kName, "app:v2", kRollouts);
  REQUIRE(world.Quiesce());
  // The pause comes while the API server is asked about v3: its ReplicaSet is not made.
  world.SetImage(kName, "app:v3", kRollouts);
  world.RunFor(milliseconds(GENERATE(range(0, 20))));
  world.Pause(kName, true, kRollouts);
  REQUIRE(world.Quiesce());
  world.Pause(kName, false, kRollouts);
  REQUIRE(world.Quiesce());
  CHECK(RevisionOfRollout(*world.ReplicaSets(kName, kRollouts).back()) == 3);
  CHECK(world.ReplicaSets(kName, kRollouts).size() <= 2);
  CHECK(world.Complaints() == "");
  Proves("I-11 RO-125");
}

// Two of six Pods were updated in place, and the rollout is at its pause. Then it goes on by
// replacing Pods: the two are none of the old revision, and none of the new one's ReplicaSet.
TEST_CASE("A pause in place holds although Pods are replaced from then on (P-068, I-62)") {
  World world(kSeed);
  Json web = SampleRollout(kName, 6, "app:v1");
  web["spec"]["strategy"] = {
      {"type", "InPlaceIfPossible"},
      {"rollingUpdate", {{"maxSurge", 1}, {"maxUnavailable", GENERATE(0, 1)}}},
      {"steps", Json::parse(R"([{"setUpdated": 2}, {"pause": {}}])")}};
  world.Apply(web);
  const WindlassProcess windlass(world, {}, RolloutsAlone());
  REQUIRE(world.RunUntil([&] { return world.IsComplete(kName, kRollouts); }, kLimit));
  world.SetImage(kName, "app:v2", kRollouts);
  REQUIRE(world.Rest());
  const auto pods_of = [&](const std::string& image) {
    const auto pods = world.Pods(kName, kRollouts);
    return std::ranges::count_if(
        pods, [&](const Object& pod) { return ImageIn(At(*pod, {"spec"}), kName) == image; });
  };
  REQUIRE(pods_of("app:v2") == 2);
  std::string wanted = "app:v2";
  SECTION("another type") {
    world.Edit(kName, {{"spec", {{"strategy", {{"type", "RollingUpdate"}}}}}}, kRollouts);
  }
  SECTION("a correction that needs new Pods") {
    wanted = "app:v3";
    const auto edit = [](Json& object) {
      Json& pod = object["spec"]["template"]["spec"];
      pod["hostNetwork"] = true;
      pod["containers"][0]["image"] = "app:v3";
    };
    REQUIRE(world.api().Update("user", {kRollouts, "default", kName}, "", edit).ok());
  }
  REQUIRE(world.Rest());
  CHECK(pods_of("app:v1") == 4);
  CHECK(pods_of(wanted) == 2);
  world.Edit(kName, {{"spec", {{"abort", true}}}}, kRollouts);
  REQUIRE(world.Rest());
  CHECK(pods_of("app:v1") == 6);
  CHECK(world.Complaints() == "");
  Proves("P-068 I-62");
}

}  // namespace
}  // namespace windlass::sim::rollout_trouble_test
