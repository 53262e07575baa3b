// I-62…I-66 can be broken, and a rollout that keeps its promises breaks none. The test plays the
// controller with writes in its name.
#include "test/sim/promise_invariants.h"

#include <nlohmann/json.hpp>
#include <string>

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
  void Status(const char* status) {
    const auto edit = [&](Json& web) { web["status"].merge_patch(Json::parse(status)); };
    REQUIRE(world.api().Update(kController, KeyOf(kKind, "web"), "status", edit).ok());
  }
  void RunFor(Duration duration) { world.RunFor(duration); }
  void Rest() { REQUIRE(world.Rest()); }
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

struct Course {
  const char* strategy;
  std::string broken;
  void (*happen)(Scene& scene);
};

void Play(const Course& course) {
  CAPTURE(course.strategy);
  Scene scene(course.strategy);
  REQUIRE(scene.Broken() == "");
  course.happen(scene);
  CHECK(scene.Broken() == course.broken);
}

TEST_CASE("I-62: a template gets all Pods after its pauses were left, and not before") {
  Play(GENERATE(values<Course>({
      {kAtPause, "", [](Scene& scene) { scene.Sizes(8, 2); }},
      {kAtPause, "I-62", [](Scene& scene) { scene.Sizes(0, 10); }},
      {kFree, "", [](Scene& scene) { scene.Sizes(0, 10); }},
      {kBake, "", [](Scene& scene) { scene.Sizes(0, 10); }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.Promote("2@2");
         scene.Sizes(0, 10);
       }},
      {kAtPause, "I-62",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.Promote("2@1");
         scene.Sizes(0, 10);
       }},
      {kAtPause, "I-62",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.Promote("2@2", Scene::kController);
         scene.Sizes(0, 10);
       }},
      // The step's Pods are not there.
      {kAtPause, "I-62",
       [](Scene& scene) {
         scene.Promote("2@2");
         scene.Scale("new", 10);
       }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.Promote("2@2/force");
         scene.Scale("new", 10);
       }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.User(R"({"strategy": {"steps": null}})");
         scene.Sizes(0, 10);
       }},
      {kTimed, "",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.RunFor(seconds(60));
         scene.Sizes(0, 10);
       }},
      {kTimed, "I-62",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.Sizes(8, 1);
         scene.RunFor(seconds(60));
         scene.Sizes(0, 10);
       }},
      // Going back to what was proven.
      {kAtPause, "",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.Want("app:1");
         scene.Sizes(10, 0);
       }},
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
      {kAtPause, "I-62",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.User(R"({"replicas": 0})");
         scene.Sizes(0, 0);
         scene.User(R"({"replicas": 10})");
         scene.Scale("new", 10);
       }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.User(R"({"replicas": 0})");
         scene.Sizes(0, 0);
         scene.User(R"({"replicas": 10})");
         scene.Sizes(8, 2);
         scene.Rest();
       }},
      // Two of two are all of them, although the step says 2.
      {kAtPause, "I-62",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.User(R"({"replicas": 2})");
         scene.Scale("old", 0);
       }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.User(R"({"replicas": 2})");
         scene.Sizes(1, 1);
         scene.Rest();
       }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.User(R"({"replicas": 1})");
         scene.Sizes(0, 1);
         scene.Rest();
       }},
      // The size changed a moment ago, and the controller cannot know it.
      {R"({"steps": [{"setUpdated": 4}, {"pause": {}}]})", "",
       [](Scene& scene) {
         scene.world.Scale("web", 4, kKind);
         scene.Scale("new", 4);
       }},
  })));
}

TEST_CASE("I-62: at rest the share that is held back is Pods of a proven revision") {
  Play(GENERATE(values<Course>({
      {kAtPause, "",
       [](Scene& scene) {
         scene.Sizes(8, 2);
         scene.Rest();
       }},
      {kAtPause, "I-62",
       [](Scene& scene) {
         scene.Sizes(5, 5);
         scene.Rest();
       }},
      {kPartition, "",
       [](Scene& scene) {
         scene.Sizes(7, 3);
         scene.Rest();
       }},
      {kPartition, "I-62",
       [](Scene& scene) {
         scene.Sizes(6, 4);
         scene.Rest();
       }},
      // Fewer than desired: the rest of the share is owed.
      {kAtPause, "",
       [](Scene& scene) {
         scene.Sizes(4, 5);
         scene.Rest();
       }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.User(R"({"paused": true})");
         scene.Sizes(5, 5);
         scene.Rest();
       }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.User(R"({"abort": true})");
         scene.Sizes(5, 5);
         scene.Rest();
       }},
      // "new" was never proven, and holds the place of "old".
      {kAtPause, "I-62",
       [](Scene& scene) {
         scene.Sizes(6, 2);
         scene.Want("app:3");
         scene.Make("third", 2, "3");
         scene.Rest();
       }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.Sizes(8, 0);
         scene.Want("app:3");
         scene.Make("third", 2, "3");
         scene.Rest();
       }},
  })));
}

TEST_CASE("I-62: Pods that are updated in place have the template of their images") {
  Play(GENERATE(values<Course>({
      {kInPlace, "",
       [](Scene& scene) {
         scene.Patch(2, "app:2");
         scene.Rest();
       }},
      {kInPlace, "I-62", [](Scene& scene) { scene.Patch(10, "app:2"); }},
      // The user wants fewer Pods, and none has gone yet.
      {R"({"type": "InPlaceOnly", "steps": [{"pause": {}}]})", "I-62",
       [](Scene& scene) {
         scene.User(R"({"replicas": 8})");
         scene.Patch(1, "app:2");
       }},
      {kInPlace, "",
       [](Scene& scene) {
         scene.Promote("2@2/force");
         scene.Patch(10, "app:2");
         scene.Rest();
       }},
      // No Pod goes back to the proven revision, so those of a third one count as held back.
      {kInPlace, "",
       [](Scene& scene) {
         scene.Patch(2, "app:2");
         scene.Want("app:3");
         scene.Make("third", 0, "3");
         scene.Rest();
       }},
  })));
}

TEST_CASE("I-63: stableRevision names what had all Pods available with no pause ahead") {
  Play(GENERATE(values<Course>({
      {kAtPause, "", [](Scene& scene) { scene.Status(R"({"stableRevision": 1})"); }},
      {kAtPause, "I-63", [](Scene& scene) { scene.Status(R"({"stableRevision": 2})"); }},
      // It was deleted, and nothing is known of it.
      {kAtPause, "", [](Scene& scene) { scene.Status(R"({"stableRevision": 9})"); }},
      {kFree, "",
       [](Scene& scene) {
         scene.Sizes(0, 10);
         scene.Status(R"({"stableRevision": 2})");
       }},
      {kFree, "I-63",
       [](Scene& scene) {
         scene.Sizes(1, 9);
         scene.Status(R"({"stableRevision": 2})");
       }},
      {kFree, "I-63",
       [](Scene& scene) {
         scene.User(R"({"replicas": 0})");
         scene.Sizes(0, 0);
         scene.Status(R"({"stableRevision": 2})");
       }},
      {kBake, "I-63",
       [](Scene& scene) {
         scene.Sizes(0, 10);
         scene.Status(R"({"stableRevision": 2})");
       }},
      {kBake, "",
       [](Scene& scene) {
         scene.Sizes(0, 10);
         scene.Promote("2@2");
         scene.Status(R"({"stableRevision": 2})");
       }},
      // All were available at one moment.
      {kFree, "",
       [](Scene& scene) {
         scene.Sizes(0, 10);
         scene.Sizes(0, 3);
         scene.Status(R"({"stableRevision": 2})");
       }},
  })));
}

TEST_CASE("I-64: Ready is True only while a Pod is available") {
  Play(GENERATE(values<Course>({
      {kFree, "", [](Scene& scene) { scene.Status(kReady); }},
      {kFree, "I-64",
       [](Scene& scene) {
         scene.Sizes(0, 0);
         scene.Status(kReady);
       }},
      // Its Pods went a moment ago.
      {kFree, "",
       [](Scene& scene) {
         scene.Scale("old", 0);
         scene.RunFor(seconds(1));
         scene.Status(kReady);
       }},
      {kFree, "",
       [](Scene& scene) {
         scene.User(R"({"replicas": 0})");
         scene.Sizes(0, 0);
         scene.Status(kReady);
         scene.Rest();
       }},
      // No write says it, but it stays.
      {kFree, "I-64",
       [](Scene& scene) {
         scene.Status(kReady);
         scene.Sizes(0, 0);
         scene.Rest();
       }},
  })));
}

// One old ReplicaSet is to be kept.
TEST_CASE("I-65: at rest no more old ReplicaSets are there than are to be kept") {
  Play(GENERATE(values<Course>({
      // "old" has Pods, "new" is wanted, and "third" is kept.
      {kAtPause, "",
       [](Scene& scene) {
         scene.Make("third", 0, "3");
         scene.Rest();
       }},
      {kAtPause, "I-65",
       [](Scene& scene) {
         scene.Make("third", 0, "3");
         scene.Make("fourth", 0, "4");
         scene.Rest();
       }},
      {kAtPause, "",
       [](Scene& scene) {
         scene.Make("third", 0, "3");
         scene.Make("fourth", 1, "4");
         scene.Rest();
       }},
      // "old" is the stable one, and has no Pods.
      {kBake, "",
       [](Scene& scene) {
         scene.Status(R"({"stableRevision": 1})");
         scene.Sizes(0, 10);
         scene.Make("third", 0, "3");
         scene.Make("fourth", 0, "4");
         scene.Rest();
       }},
  })));
}

TEST_CASE("I-66: at rest an aborted Rollout has Pods of its stable revision only") {
  Play(GENERATE(values<Course>({
      {kAtPause, "",
       [](Scene& scene) {
         scene.Status(R"({"stableRevision": 1})");
         scene.Sizes(8, 2);
         scene.User(R"({"abort": true})");
         scene.Sizes(10, 0);
         scene.Rest();
       }},
      {kAtPause, "I-66",
       [](Scene& scene) {
         scene.Status(R"({"stableRevision": 1})");
         scene.Sizes(8, 2);
         scene.User(R"({"abort": true})");
         scene.Rest();
       }},
      {kInPlace, "I-66",
       [](Scene& scene) {
         scene.Status(R"({"stableRevision": 1})");
         scene.Patch(2, "app:2");
         scene.User(R"({"abort": true})");
         scene.Rest();
       }},
  })));
}

}  // namespace
}  // namespace windlass::sim::promise_invariants_test
