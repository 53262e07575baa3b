// I-62…I-66 can be broken, and a rollout that keeps its promises breaks none. The test plays the
// controller with writes in its name.
#include "test/sim/promise_invariants.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/catch.h"
#include "test/sim/played_rollout.h"

namespace windlass::sim::promise_invariants_test {
namespace {

constexpr const ResourceId& kKind = resources::kRollouts;

constexpr const char* kAtPause = R"({"steps": [{"setUpdated": 2}, {"pause": {}}]})";
constexpr const char* kBake = R"({"steps": [{"setUpdated": "100%"}, {"pause": {}}]})";
constexpr const char* kTimed = R"({"steps": [{"setUpdated": 2}, {"pause": {"duration": "1m"}}]})";
constexpr const char* kPartition = R"({"partition": 7})";
constexpr const char* kInPlace = R"({"type": "InPlaceOnly", "steps": [{"setUpdated": 2},
    {"pause": {}}]})";
constexpr const char* kFree = R"({})";
constexpr const char* kReady = R"({"conditions": [{"type": "Ready", "status": "True",
    "reason": "Complete", "lastTransitionTime": "2026-01-01T00:00:00Z"}]})";

StoreKey KeyOf(const ResourceId& resource, const std::string& name) {
  return {resource, "default", name};
}

// Rollout web with 10 replicas was at app:1, of which ReplicaSet "old" has all Pods. It wants app:2
// now, of which ReplicaSet "new" has none yet.
struct Scene : PlayedRollout {
  explicit Scene(const char* strategy, int replicas = 10, Duration old_for = seconds(61)) {
    Json web = SampleRollout("web", replicas, "app:1");
    web["spec"]["strategy"] = Json::parse(strategy);
    web["spec"]["revisionHistoryLimit"] = 1;
    rollout = world.Apply(web);
    Make("old", replicas, "1");
    world.RunFor(old_for);  // by default long enough to be remembered
    Want("app:2");
    Make("new", 0, "2");
    world.RunFor(kLater);
  }

  // Gives the ReplicaSets these sizes, and lets their Pods come and go.
  void Sizes(int of_old, int of_new) {
    Scale("old", of_old);
    Scale("new", of_new);
    world.RunFor(kLater);
  }
  // The Pods stay Pods of "old".
  void Patch(int count, const std::string& image) {
    for (const Object& pod : world.Pods("web", kKind)) {
      if (--count < 0) return;
      const auto edit = [&](Json& object) { object["spec"]["containers"][0]["image"] = image; };
      const StoreKey key = KeyOf(resources::kPods, NameOf(*pod));
      REQUIRE(world.api().Update(kController, key, "", edit).ok());
    }
  }
  void Want(const std::string& image) { world.SetImage("web", image, kKind); }
  void User(const char* spec) {
    world.Edit("web", {{"spec", Json::parse(spec)}}, kKind);
    world.RunFor(kLater);
  }
  void Promote(const char* value, const std::string& actor = "user") {
    const auto edit = [&](Json& web) {
      web["metadata"]["annotations"]["windlass.dev/promote"] = value;
    };
    REQUIRE(world.api().Update(actor, KeyOf(kKind, "web"), "", edit).ok());
  }
  void Status(const Json& status) {
    const auto edit = [&](Json& web) { web["status"].merge_patch(status); };
    REQUIRE(world.api().Update(kController, KeyOf(kKind, "web"), "status", edit).ok());
  }
  std::string Broken() const {
    std::string names;
    for (const Violation& violation : world.invariants().violations()) {
      // The test's controller heeds neither maxSurge nor steps (I-44).
      if (violation.invariant < "I-62") continue;
      if (names.find(violation.invariant) != std::string::npos) continue;
      names += (names.empty() ? "" : " ") + violation.invariant;
    }
    return names;
  }
};

// --- what may happen ---

using Deed = std::function<void(Scene&)>;

Deed Sizes(int of_old, int of_new) {
  return [=](Scene& scene) { scene.Sizes(of_old, of_new); };
}
Deed Scale(const char* name, int replicas) {
  return [=](Scene& scene) { scene.Scale(name, replicas); };
}
Deed Make(const char* name, int replicas, const char* revision) {
  return [=](Scene& scene) { scene.Make(name, replicas, revision); };
}
Deed Patch(int count, const char* image) {
  return [=](Scene& scene) { scene.Patch(count, image); };
}
Deed Want(const char* image) {
  return [=](Scene& scene) { scene.Want(image); };
}
Deed User(const std::string& spec) {
  return [=](Scene& scene) { scene.User(spec.c_str()); };
}
Deed Replicas(int replicas) { return User(R"({"replicas": )" + std::to_string(replicas) + "}"); }
Deed Abort() { return User(R"({"abort": true})"); }
Deed Promote(const char* value, const char* actor = "user") {
  return [=](Scene& scene) { scene.Promote(value, actor); };
}
Deed Stable(int revision) {
  return [=](Scene& scene) { scene.Status({{"stableRevision", revision}}); };
}
Deed Ready() {
  return [](Scene& scene) { scene.Status(Json::parse(kReady)); };
}
Deed RunFor(Duration duration) {
  return [=](Scene& scene) { scene.world.RunFor(duration); };
}
Deed Rest() {
  return [](Scene& scene) { REQUIRE(scene.world.Rest()); };
}
// The user's size changes, and no time passes.
Deed Desire(int replicas) {
  return [=](Scene& scene) { scene.world.Scale("web", replicas, kKind); };
}

struct Course {
  const char* strategy;
  std::string broken;
  std::vector<Deed> deeds;
};

void Play(const Course& course) {
  CAPTURE(course.strategy);
  Scene scene(course.strategy);
  REQUIRE(scene.Broken() == "");
  for (const Deed& deed : course.deeds) deed(scene);
  CHECK(scene.Broken() == course.broken);
}

TEST_CASE("I-62: a template gets all Pods after its pauses were left, and not before") {
  Play(GENERATE(values<Course>({
      {kAtPause, "", {Sizes(8, 2)}},
      {kAtPause, "I-62", {Sizes(0, 10)}},
      {kFree, "", {Sizes(0, 10)}},
      {kBake, "", {Sizes(0, 10)}},
      {kAtPause, "", {Sizes(8, 2), Promote("2@2"), Sizes(0, 10)}},
      {kAtPause, "I-62", {Sizes(8, 2), Promote("2@1"), Sizes(0, 10)}},
      {kAtPause, "I-62", {Sizes(8, 2), Promote("2@2", Scene::kController), Sizes(0, 10)}},
      // The step's Pods are not there.
      {kAtPause, "I-62", {Promote("2@2"), Scale("new", 10)}},
      {kAtPause, "", {Promote("2@2/force"), Scale("new", 10)}},
      {kAtPause, "", {User(R"({"strategy": {"steps": null}})"), Sizes(0, 10)}},
      {kTimed, "", {Sizes(8, 2), RunFor(seconds(60)), Sizes(0, 10)}},
      {kTimed, "I-62", {Sizes(8, 2), Sizes(8, 1), RunFor(seconds(60)), Sizes(0, 10)}},
      // Going back to what was proven.
      {kAtPause, "", {Sizes(8, 2), Want("app:1"), Sizes(10, 0)}},
  })));
}

// An outage took the Pods of the first revision, and the write takes the rest of it.
TEST_CASE("I-62: who takes the last Pods of a revision that is not remembered is judged") {
  Scene scene(kAtPause, 3, seconds(5));
  scene.Sizes(1, 2);
  scene.User(R"({"replicas": 2})");
  for (const Object& pod : scene.world.Pods("web", kKind)) {
    if (!NameOf(*pod).starts_with("old-")) continue;
    REQUIRE(scene.world.api().Delete("user", KeyOf(resources::kPods, NameOf(*pod))).ok());
  }
  scene.Scale("old", 0);
  CHECK(scene.Broken() == "I-62");
}

TEST_CASE("I-62: the size in between does not matter") {
  Play(GENERATE(values<Course>({
      {kAtPause, "I-62", {Sizes(8, 2), Replicas(0), Sizes(0, 0), Replicas(10), Scale("new", 10)}},
      {kAtPause, "", {Sizes(8, 2), Replicas(0), Sizes(0, 0), Replicas(10), Sizes(8, 2), Rest()}},
      // Two of two are all of them, although the step says 2.
      {kAtPause, "I-62", {Sizes(8, 2), Replicas(2), Scale("old", 0)}},
      {kAtPause, "", {Sizes(8, 2), Replicas(2), Sizes(1, 1), Rest()}},
      {kAtPause, "", {Sizes(8, 2), Replicas(1), Sizes(0, 1), Rest()}},
      // The size changed a moment ago, and the controller cannot know it.
      {R"({"steps": [{"setUpdated": 4}, {"pause": {}}]})", "", {Desire(4), Scale("new", 4)}},
  })));
}

TEST_CASE("I-62: at rest the share that is held back is Pods of a proven revision") {
  Play(GENERATE(values<Course>({
      {kAtPause, "", {Sizes(8, 2), Rest()}},
      {kAtPause, "I-62", {Sizes(5, 5), Rest()}},
      {kPartition, "", {Sizes(7, 3), Rest()}},
      {kPartition, "I-62", {Sizes(6, 4), Rest()}},
      // Fewer than desired: the rest of the share is owed.
      {kAtPause, "", {Sizes(4, 5), Rest()}},
      {kAtPause, "", {User(R"({"paused": true})"), Sizes(5, 5), Rest()}},
      {kAtPause, "", {Abort(), Sizes(5, 5), Rest()}},
      // "new" was never proven, and holds the place of "old".
      {kAtPause, "I-62", {Sizes(6, 2), Want("app:3"), Make("third", 2, "3"), Rest()}},
      {kAtPause, "", {Sizes(8, 0), Want("app:3"), Make("third", 2, "3"), Rest()}},
  })));
}

TEST_CASE("I-62: Pods that are updated in place have the template of their images") {
  Play(GENERATE(values<Course>({
      {kInPlace, "", {Patch(2, "app:2"), Rest()}},
      {kInPlace, "I-62", {Patch(10, "app:2")}},
      // The user wants fewer Pods, and none has gone yet.
      {R"({"type": "InPlaceOnly", "steps": [{"pause": {}}]})",
       "I-62",
       {Replicas(8), Patch(1, "app:2")}},
      {kInPlace, "", {Promote("2@2/force"), Patch(10, "app:2"), Rest()}},
      // No Pod goes back to the proven revision, so those of a third one count as held back.
      {kInPlace, "", {Patch(2, "app:2"), Want("app:3"), Make("third", 0, "3"), Rest()}},
  })));
}

TEST_CASE("I-63: stableRevision names what had all Pods available with no pause ahead") {
  Play(GENERATE(values<Course>({
      {kAtPause, "", {Stable(1)}},
      {kAtPause, "I-63", {Stable(2)}},
      // It was deleted, and nothing is known of it.
      {kAtPause, "", {Stable(9)}},
      {kFree, "", {Sizes(0, 10), Stable(2)}},
      {kFree, "I-63", {Sizes(1, 9), Stable(2)}},
      {kFree, "I-63", {Replicas(0), Sizes(0, 0), Stable(2)}},
      {kBake, "I-63", {Sizes(0, 10), Stable(2)}},
      {kBake, "", {Sizes(0, 10), Promote("2@2"), Stable(2)}},
      // All were available at one moment.
      {kFree, "", {Sizes(0, 10), Sizes(0, 3), Stable(2)}},
  })));
}

TEST_CASE("I-64: Ready is True only while a Pod is available") {
  Play(GENERATE(values<Course>({
      {kFree, "", {Ready()}},
      {kFree, "I-64", {Sizes(0, 0), Ready()}},
      // Its Pods went a moment ago.
      {kFree, "", {Scale("old", 0), RunFor(seconds(1)), Ready()}},
      {kFree, "", {Replicas(0), Sizes(0, 0), Ready(), Rest()}},
      // No write says it, but it stays.
      {kFree, "I-64", {Ready(), Sizes(0, 0), Rest()}},
  })));
}

// One old ReplicaSet is to be kept.
TEST_CASE("I-65: at rest no more old ReplicaSets are there than are to be kept") {
  Play(GENERATE(values<Course>({
      // "old" has Pods, "new" is wanted, and "third" is kept.
      {kAtPause, "", {Make("third", 0, "3"), Rest()}},
      {kAtPause, "I-65", {Make("third", 0, "3"), Make("fourth", 0, "4"), Rest()}},
      {kAtPause, "", {Make("third", 0, "3"), Make("fourth", 1, "4"), Rest()}},
      // "old" is the stable one, and has no Pods.
      {kBake, "", {Stable(1), Sizes(0, 10), Make("third", 0, "3"), Make("fourth", 0, "4"), Rest()}},
  })));
}

TEST_CASE("I-66: at rest an aborted Rollout has Pods of its stable revision only") {
  Play(GENERATE(values<Course>({
      {kAtPause, "", {Stable(1), Sizes(8, 2), Abort(), Sizes(10, 0), Rest()}},
      {kAtPause, "I-66", {Stable(1), Sizes(8, 2), Abort(), Rest()}},
      {kInPlace, "I-66", {Stable(1), Patch(2, "app:2"), Abort(), Rest()}},
  })));
}

}  // namespace
}  // namespace windlass::sim::promise_invariants_test
